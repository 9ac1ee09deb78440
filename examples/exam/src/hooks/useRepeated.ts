/** A call that is made now and again after each interval, the next only when the last was answered: nothing piles up while the page is offline. */
import { useEffect, useRef } from "react";

/** @param call may fail: that ends nothing. Null makes no calls. */
export function useRepeated(call: (() => Promise<unknown>) | null, everyMs: number, { isFirstAtOnce }: { isFirstAtOnce: boolean }): void {
  const latest = useRef(call);
  latest.current = call;
  const isOn = call !== null;
  useEffect(() => {
    if (!isOn) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const next = (delayMs: number) => {
      timer = setTimeout(() => void run(), delayMs);
    };
    const run = async () => {
      const startedAt = performance.now();
      await latest.current?.().catch((error: unknown) => console.warn("A repeated call failed.", error));
      if (!isOver) next(Math.max(0, everyMs - (performance.now() - startedAt)));
    };
    next(isFirstAtOnce ? 0 : everyMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isOn, everyMs, isFirstAtOnce]);
}
