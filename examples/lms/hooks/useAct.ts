"use client";
/** A call that a person waits for: whether it is under way, and a notice when it failed. */
import { useCallback, useState } from "react";
import { useToasts } from "@/components/Toasts";
import { describeFailure } from "@/lib/failure";

export interface Act {
  readonly isBusy: boolean;
  /** @returns what the call did, or undefined where it failed. @param attempt a sentence's start: "The lesson was not saved" */
  readonly run: <Result>(attempt: string, call: () => Promise<Result>) => Promise<Result | undefined>;
}

export function useAct(): Act {
  const report = useToasts();
  const [running, setRunning] = useState(0);
  const run = useCallback<Act["run"]>(
    async (attempt, call) => {
      setRunning((count) => count + 1);
      try {
        return await call();
      } catch (error) {
        report(describeFailure(attempt, error));
        return undefined;
      } finally {
        setRunning((count) => count - 1);
      }
    },
    [report],
  );
  return { isBusy: running > 0, run };
}
