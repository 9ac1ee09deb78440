/** The unsent text of one chat. It survives a change of chat and a reload, not the end of the tab. */
import { useCallback, useState } from "react";
import { readStored, tabStorage, writeStored } from "../lib/storage";

export interface Draft {
  text: string;
  write: (text: string) => void;
  /** Puts back a text whose sending failed, unless something else has been written since. */
  restore: (text: string) => void;
}

export function useDraft(chatId: string): Draft {
  const key = `hall.draft.${chatId}`;
  const [text, setText] = useState(() => readStored(tabStorage, key) ?? "");
  const write = useCallback(
    (next: string) => {
      writeStored(tabStorage, key, next);
      setText(next);
    },
    [key],
  );
  // The chat may have been left meanwhile, so what was written since is asked of the storage and not of the state.
  const restore = useCallback(
    (failed: string) => {
      if ((readStored(tabStorage, key) ?? "") === "") write(failed);
    },
    [key, write],
  );
  return { text, write, restore };
}
