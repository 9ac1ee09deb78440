/** A call that a person waits for: whether it is under way, and a notice when it failed. */
import { useCallback, useState } from "react";
import { useToasts } from "../components/Toasts";
import { describeFailure } from "../lib/failure";

export interface Act {
  readonly isBusy: boolean;
  /** @returns whether it was done. @param attempt a sentence's start: "The note was not saved" */
  readonly run: (attempt: string, call: () => Promise<unknown>) => Promise<boolean>;
}

export function useAct(): Act {
  const report = useToasts();
  const [running, setRunning] = useState(0);
  const run = useCallback<Act["run"]>(
    async (attempt, call) => {
      setRunning((count) => count + 1);
      try {
        await call();
        return true;
      } catch (error) {
        report(describeFailure(attempt, error));
        return false;
      } finally {
        setRunning((count) => count - 1);
      }
    },
    [report],
  );
  return { isBusy: running > 0, run };
}
