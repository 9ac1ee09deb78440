/**
 * The script that gives the realm of actions what only they have: the network, timers, all of `crypto`. Evaluated once per
 * realm, before user code, to a function of the membrane and the hooks (action-globals.ts).
 */
export const ACTION_GLOBALS_SOURCE = String.raw`(membrane, hooks) => {
  "use strict";
  const { adopt, call, classes, mirror } = membrane;
  const { apply, defineProperty } = Reflect;
  const NativeTypeError = TypeError, NativeFinalizationRegistry = globalThis.FinalizationRegistry;
  const { captureStackTrace } = Error;
  const { parse } = JSON;
  const { then } = Promise.prototype;
  const define = (target, values) => {
    for (const name of Reflect.ownKeys(values)) defineProperty(target, name, { value: values[name], writable: true, enumerable: false, configurable: true });
  };
  const guarded = (callback, args) => () => {
    try {
      apply(callback, undefined, args);
    } catch (error) {
      hooks.report(error);
    }
  };

  // --- Network
  async function fetch(input, init) {
    const site = {};
    captureStackTrace(site, fetch);
    try {
      return await call(hooks.fetch, undefined, [input, init]);
    } catch (error) {
      // It was made where the connection failed, which tells nobody which request it was.
      if (error instanceof NativeTypeError) define(error, { stack: error.name + ": " + error.message + site.stack.slice(site.stack.indexOf("\n")) });
      throw error;
    }
  }
  // Parsed here: a large result would otherwise be walked once more to be adopted.
  for (const { prototype } of [classes.Request, classes.Response]) {
    const { text } = prototype;
    define(prototype, { json() { return apply(then, apply(text, this, []), [(body) => parse(body)]); } });
  }
  define(classes.URL, { createObjectURL: undefined, revokeObjectURL: undefined });

  // --- Time
  const startTimer = (name, callback, delay, args) => {
    if (typeof callback !== "function") throw new NativeTypeError(name + " needs a function.");
    return call(hooks.startTimer, undefined, [name, guarded(callback, args), +delay]);
  };
  const setTimeout = (callback, delay = 0, ...args) => startTimer("setTimeout", callback, delay, args);
  const setInterval = (callback, delay = 0, ...args) => startTimer("setInterval", callback, delay, args);
  const clearTimeout = (id) => hooks.stopTimer(+id);
  const clearInterval = (id) => hooks.stopTimer(+id);
  define(classes.AbortSignal, {
    timeout(delay) {
      if (!(delay >= 0)) throw new RangeError("AbortSignal.timeout needs a number of milliseconds, and was given " + String(delay) + ".");
      const controller = new classes.AbortController();
      const abort = () => controller.abort(new classes.DOMException("The operation was aborted due to timeout", "TimeoutError"));
      call(hooks.startTimer, undefined, [null, abort, +delay]);
      return controller.signal;
    },
  });
  const performance = { now: () => hooks.now(), timeOrigin: hooks.timeOrigin, toJSON: () => ({ timeOrigin: hooks.timeOrigin }) };

  // --- Cryptography
  const subtle = mirror(hooks.crypto.subtle, classes.SubtleCrypto);
  // A pair of keys comes without any prototype to tell whose it is.
  const generate = subtle.generateKey;
  define(subtle, { generateKey: (...args) => apply(then, apply(generate, subtle, args), [(made) => made instanceof classes.CryptoKey ? made : { publicKey: adopt(made.publicKey), privateKey: adopt(made.privateKey) }]) });
  const crypto = mirror(hooks.crypto, classes.Crypto);
  defineProperty(crypto, "subtle", { value: subtle, enumerable: true, configurable: true });

  // --- Memory
  class FinalizationRegistry extends NativeFinalizationRegistry {
    constructor(cleanup) {
      if (typeof cleanup !== "function") throw new NativeTypeError("FinalizationRegistry: cleanup must be callable");
      super((held) => guarded(cleanup, [held])());
    }
  }
  const structuredClone = function (value, options) { return call(hooks.structuredClone, undefined, arguments.length === 0 ? [] : [value, options]); };
  // They would hold the thread, with everything that waits on its event loop.
  delete Atomics.wait;

  define(globalThis, {
    ...classes,
    fetch, setTimeout, setInterval, clearTimeout, clearInterval, performance, crypto, FinalizationRegistry, structuredClone,
  });
}`;
