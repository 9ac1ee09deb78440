/** Which page is open, kept in the address: `#/` is the grid, `#/boards/<id>` one board. */
import { useSyncExternalStore } from "react";

export type Route = { page: "grid" } | { page: "board"; boardId: string };

export const GRID_ADDRESS = "#/";
export const boardAddress = (boardId: string): string => `#/boards/${encodeURIComponent(boardId)}`;

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const boardId = /^#\/boards\/([^/]+)$/.exec(hash)?.[1];
  return boardId === undefined ? { page: "grid" } : { page: "board", boardId: decoded(boardId) };
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
