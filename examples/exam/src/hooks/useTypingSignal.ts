/** Tells the others that this person is typing: at most once per beat while keys are pressed, and when the field is empty again. */
import { useMutation } from "convex/react";
import { useCallback, useRef } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";

/** @returns to be called with each change of the text. */
export function useTypingSignal(chatId: Id<"chats">, typingBeatMs: number): (text: string) => void {
  const set = useMutation(api.typing.set);
  const toldAt = useRef<number | null>(null);
  return useCallback(
    (text) => {
      const isTyping = text.trim() !== "";
      const now = Date.now();
      const isKnown = isTyping ? toldAt.current !== null && now - toldAt.current < typingBeatMs : toldAt.current === null;
      if (isKnown) return;
      toldAt.current = isTyping ? now : null;
      set({ chatId, isTyping }).catch((error: unknown) => console.warn("The typing indicator failed.", error));
    },
    [chatId, set, typingBeatMs],
  );
}
