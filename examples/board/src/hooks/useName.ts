/** What the person at this browser is called, remembered across visits. */
import { useState } from "react";
import { browserStorage, readStored, writeStored } from "../lib/storage";

const KEY = "shoal.name";

export function useName(): [string | null, (name: string) => void] {
  const [name, setName] = useState(() => readStored(browserStorage, KEY));
  const keep = (next: string) => {
    writeStored(browserStorage, KEY, next);
    setName(next);
  };
  return [name, keep];
}
