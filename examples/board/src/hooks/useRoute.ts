/** Which page is open, kept in the address: `#/` is the entrance, `#/boards/<id>` a board. */
import { useSyncExternalStore } from "react";

export const ENTRANCE_ADDRESS = "#/";
export const boardAddress = (boardId: string): string => `#/boards/${boardId}`;

/** The id of the board that is open, as it was written; null at the entrance. */
export function useBoardId(): string | null {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return /^#\/boards\/([0-9a-z]+)$/.exec(hash)?.[1] ?? null;
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}
