/** A call that is made at once and again after each interval, the next only when the last was answered: nothing piles up while the page is offline. */
import { useEffect, useRef } from "react";

/**
 * @param call may fail: that ends nothing. Null makes no calls.
 * @param subject what the call is about: a new one is told at once.
 */
export function useRepeated(call: (() => Promise<unknown>) | null, everyMs: number, subject: string): void {
  const latest = useRef(call);
  latest.current = call;
  const isOn = call !== null;
  useEffect(() => {
    if (!isOn) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const run = async () => {
      const startedAt = performance.now();
      await latest.current?.().catch((error: unknown) => console.warn("A repeated call failed.", error));
      if (!isOver) timer = setTimeout(() => void run(), Math.max(0, everyMs - (performance.now() - startedAt)));
    };
    timer = setTimeout(() => void run(), 0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isOn, everyMs, subject]);
}
