/**
 * The script that replaces whatever in a realm would tell one run from another (clock, randomness, garbage collection), and
 * adds what queries and mutations have beyond the language itself and the common globals. Evaluated once per sandbox, to a
 * function of the hooks (globals.ts) through which the functions defined here reach the execution that runs now.
 */
export const GLOBALS_SOURCE = String.raw`(hooks) => {
  "use strict";
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const NativeDate = globalThis.Date, NativeError = Error, NativeUint8Array = Uint8Array;
  const define = (target, values) => {
    for (const name of Reflect.ownKeys(values)) defineProperty(target, name, { value: values[name], writable: true, enumerable: false, configurable: true });
  };
  const unavailable = (what) => new NativeError(hooks.isImporting()
    ? "Can't use " + what + " at import time. Move the call into a function; see https://docs.convex.dev/functions/actions for what actions can do."
    : "Can't use " + what + " in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.");

  // --- Time
  function Date() {
    const target = new.target;
    if (target === undefined) return new NativeDate(hooks.nowMs()).toString();
    return construct(NativeDate, arguments.length === 0 ? [hooks.nowMs()] : arguments, target);
  }
  define(Date, { now() { return hooks.nowMs(); }, parse: NativeDate.parse, UTC: NativeDate.UTC });
  defineProperty(Date, "length", { value: 7, configurable: true });
  defineProperty(Date, "prototype", { value: NativeDate.prototype, writable: false });
  define(NativeDate.prototype, { constructor: Date });

  const formatting = Intl.DateTimeFormat.prototype;
  const nativeFormat = getOwnPropertyDescriptor(formatting, "format").get;
  const nativeFormatToParts = formatting.formatToParts;
  const orNow = (date) => date === undefined ? hooks.nowMs() : date;
  const boundFormats = new WeakMap();
  defineProperty(formatting, "format", {
    get() {
      let bound = boundFormats.get(this);
      if (bound === undefined) {
        const native = apply(nativeFormat, this, []);
        bound = (date) => native(orNow(date));
        boundFormats.set(this, bound);
      }
      return bound;
    },
    configurable: true,
  });
  define(formatting, { formatToParts(date) { return apply(nativeFormatToParts, this, [orNow(date)]); } });

  const performance = { now: () => hooks.nowMs() - hooks.timeOriginMs, timeOrigin: hooks.timeOriginMs };

  // --- Randomness
  define(Math, { random() { return hooks.random(); } });
  const typedArrayTag = getOwnPropertyDescriptor(Object.getPrototypeOf(NativeUint8Array.prototype), Symbol.toStringTag).get;
  const crypto = {
    getRandomValues(view) {
      const kind = apply(typedArrayTag, view, []);
      if (kind === undefined || kind.startsWith("Float")) throw new TypeError("crypto.getRandomValues needs an array of integers, such as a Uint8Array.");
      if (view.byteLength > 65536) throw new RangeError("crypto.getRandomValues fills at most 65536 bytes at a time, and was asked for " + view.byteLength + ".");
      new NativeUint8Array(view.buffer, view.byteOffset, view.byteLength).set(hooks.randomBytes(view.byteLength));
      return view;
    },
    randomUUID: () => hooks.randomUUID(),
    subtle: hooks.subtleOf(unavailable),
  };

  // --- Errors: each component, and each copy of the package, has a ConvexError class of its own, which all inherit this. A
  // function catches what another threw as it is, so what is a ConvexError to one of these classes has to be one to all.
  const ordinaryHasInstance = Function.prototype[Symbol.hasInstance];
  const sourceOf = Function.prototype.toString;
  const convexErrorMark = Symbol.for("ConvexError");
  const isConvexErrorClass = (value) => typeof value === "function" && getPrototypeOf(value) === NativeError && /["'\x60]ConvexError["'\x60]/.test(apply(sourceOf, value, []));
  define(NativeError, {
    [Symbol.hasInstance](value) {
      if (apply(ordinaryHasInstance, this, [value])) return true;
      return typeof value === "object" && value !== null && value[convexErrorMark] === true && isConvexErrorClass(this);
    },
  });

  // --- Garbage collection: allowed to be late, so it never shows.
  const targets = new WeakMap();
  class WeakRef {
    constructor(target) {
      targets.set(this, target);
    }
    deref() {
      return targets.get(this);
    }
  }
  class FinalizationRegistry {
    constructor(cleanup) {
      if (typeof cleanup !== "function") throw new TypeError("FinalizationRegistry: cleanup must be callable");
    }
    register() {}
    unregister() { return false; }
  }
  define(WeakRef.prototype, { [Symbol.toStringTag]: "WeakRef" });
  define(FinalizationRegistry.prototype, { [Symbol.toStringTag]: "FinalizationRegistry" });
  delete Atomics.wait;
  delete Atomics.waitAsync;

  // --- Not in queries and mutations
  const fetch = async () => { throw unavailable("fetch()"); };
  const setTimeout = () => { throw unavailable("setTimeout"); };
  const setInterval = () => { throw unavailable("setInterval"); };
  const clearTimeout = () => {};
  const clearInterval = () => {};

  // --- Web
  class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return hooks.encodeUtf8(String(text)); }
    encodeInto(text, target) { return { ...hooks.encodeUtf8Into(String(text), target) }; }
  }

  define(globalThis, {
    ...hooks.webClasses,
    Date, performance, crypto, WeakRef, FinalizationRegistry, fetch, setTimeout, setInterval, clearTimeout, clearInterval, TextEncoder,
    structuredClone: hooks.structuredCloneOf(globalThis),
  });
}`;
