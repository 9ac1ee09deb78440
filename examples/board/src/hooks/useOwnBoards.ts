/** Boards that were opened in this browser, the last one first: a board is reached by its link only, and links get lost. */
import { useCallback, useState } from "react";
import { browserStorage, readStored, writeStored } from "../lib/storage";

export interface OwnBoard {
  readonly _id: string;
  readonly name: string;
}

const KEY = "shoal.boards";
const BOARDS_MAX = 12;

export function useOwnBoards(): [readonly OwnBoard[], (board: OwnBoard) => void] {
  const [boards, setBoards] = useState(readBoards);
  const remember = useCallback(({ _id, name }: OwnBoard) => {
    const next = [{ _id, name }, ...readBoards().filter((board) => board._id !== _id)].slice(0, BOARDS_MAX);
    writeStored(browserStorage, KEY, JSON.stringify(next));
    setBoards(next);
  }, []);
  return [boards, remember];
}

/** Whatever is stored there: another version of the page may have written it. */
function readBoards(): OwnBoard[] {
  try {
    const stored: unknown = JSON.parse(readStored(browserStorage, KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isBoard) : [];
  } catch (error) {
    console.warn("The boards that this browser remembered cannot be read.", error);
    return [];
  }
}

function isBoard(value: unknown): value is OwnBoard {
  return typeof value === "object" && value !== null && "_id" in value && typeof value._id === "string" && "name" in value && typeof value.name === "string";
}
