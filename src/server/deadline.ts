/**
 * Time limits of what is waited for. Not `AbortSignal.any([AbortSignal.timeout(…), …])`: Node 20 holds neither, and when garbage is
 * collected meanwhile, the limit is gone with them.
 */

/** Calls `action` with a signal that aborts with a TimeoutError after `ms`, or when `stop` does. It holds until the action has settled. */
export async function withDeadline<T>(ms: number, stop: AbortSignal | null, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException(`There was no end within ${ms} ms.`, "TimeoutError")), ms);
  const onStop = (): void => controller.abort(stop?.reason);
  if (stop?.aborted === true) onStop();
  stop?.addEventListener("abort", onStop, { once: true });
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", onStop);
  }
}
