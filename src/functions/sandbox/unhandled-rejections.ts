/**
 * Promises of sandboxes that are rejected and that nobody awaits. Node reports them for the whole process and would end it,
 * for a mistake of one function; here they are told to whoever made the sandbox. All other unhandled rejections end the
 * process as before.
 */
type Listener = (error: unknown) => void;

/** By Promise.prototype of the realm. Weak: a sandbox that is dropped takes its listener along. */
const listeners = new WeakMap<object, Listener>();
let isInstalled = false;

/** Takes responsibility for the promises that inherit from `prototype`. */
export function onUnhandledRejectionOf(prototype: object, listener: Listener): void {
  listeners.set(prototype, listener);
  if (isInstalled) return;
  isInstalled = true;
  process.on("unhandledRejection", report);
}

function report(error: unknown, promise: Promise<unknown>): void {
  const listener = listenerOf(promise);
  if (listener !== null) listener(error);
  // Where others listen too, they decide; Node's own default is off as soon as anybody listens.
  else if (process.listenerCount("unhandledRejection") === 1) throw error;
}

/** A promise that lost its prototype is user code's: ours do not. */
function listenerOf(promise: object): Listener | null {
  if (Object.getPrototypeOf(promise) !== Promise.prototype && !(promise instanceof Promise)) return realmListenerOf(promise) ?? ignore;
  return realmListenerOf(promise);
}

function ignore(): void {
  // Nobody can be told: whose it was can't be seen any more.
}

function realmListenerOf(promise: object): Listener | null {
  for (let prototype = Object.getPrototypeOf(promise) as object | null; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const listener = listeners.get(prototype);
    if (listener !== undefined) return listener;
  }
  return null;
}
