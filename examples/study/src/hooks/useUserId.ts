/** Who this tab is for: remembered across reloads, and apart from other tabs. */
import { useState } from "react";
import { readStored, removeStored, tabStorage, writeStored } from "../lib/storage";

const KEY = "headwater.user";

export function useUserId(): [string | null, (userId: string | null) => void] {
  const [userId, setUserId] = useState(() => readStored(tabStorage, KEY));
  const keep = (next: string | null) => {
    if (next === null) removeStored(tabStorage, KEY);
    else writeStored(tabStorage, KEY, next);
    setUserId(next);
  };
  return [userId, keep];
}
