/**
 * The script that makes the primitives of a realm, as text because it must be compiled inside the realm: a promise
 * reaction goes to the microtask queue of the realm that its closure was made in, and `instanceof` holds only for what the
 * realm itself made. It takes its own copies of the intrinsics it uses, so that user code that changes them changes
 * nothing here.
 */
export const REALM_SOURCE = String.raw`(() => {
  "use strict";
  const { apply, defineProperty } = Reflect;
  const { resolve, reject } = Promise;
  const { parse } = JSON;
  const NativePromise = Promise, NativeError = Error, NativeUint8Array = Uint8Array;
  const errors = { Error, TypeError, RangeError, SyntaxError };
  const setBytes = Uint8Array.prototype.set;
  const bufferOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "buffer").get;

  // Frames of the server's own code stand above user code's and are left out when a stack is shown: leave room for both.
  Error.stackTraceLimit = 30;

  const copyBytes = (bytes) => {
    const copy = new NativeUint8Array(bytes.length);
    apply(setBytes, copy, [bytes]);
    return copy;
  };

  const makeBytes = (bytes) => apply(bufferOf, copyBytes(bytes), []);

  const unresolved = () => {
    throw new NativeError("This commit timestamp is not known yet: it is assigned when the mutation commits. Read the document after the mutation to get it.");
  };
  // Text where it is printed, an error where it would be reckoned with, as the public client's placeholder. A plain object, because
  // the client's functions that measure values know no class but their own.
  const hidden = (value) => ({ value });
  const commitTimestamp = Object.freeze(Object.defineProperties({ $commitTs: null }, {
    toString: hidden(() => "[unresolved commit timestamp]"),
    valueOf: hidden(unresolved),
    toJSON: hidden(unresolved),
    [Symbol.toPrimitive]: hidden((hint) => hint === "string" ? "[unresolved commit timestamp]" : unresolved()),
  }));

  const rejected = (error) => apply(reject, NativePromise, [error]);

  return {
    Promise,
    resolve: (value) => apply(resolve, NativePromise, [value]),
    reject: rejected,
    defer() {
      let settle;
      const promise = new NativePromise((resolve, reject) => { settle = { resolve, reject }; });
      return { promise, resolve: settle.resolve, reject: settle.reject };
    },
    parse: (text) => parse(text),
    makeBytes,
    makeUint8Array: copyBytes,
    documents: { parse: (text) => parse(text), makeBytes, commitTimestamp, copyFields: (value) => ({ ...value }) },
    makeArray: () => [],
    makeObject: () => ({}),
    makeError(message, name) {
      const error = new (errors[name] ?? NativeError)(message);
      if (name !== undefined && errors[name] === undefined) defineProperty(error, "name", { value: name, writable: true, configurable: true });
      return error;
    },
    makeRequire: (requireFrom, path) => (specifier) => requireFrom(path, specifier),
    // An async function rather than then(): awaiting an ordinary promise can't be changed by user code, and takes one microtask.
    async call(handler, args, onOk, onError) {
      let pending;
      try {
        pending = apply(handler, undefined, args);
      } catch (error) {
        pending = rejected(error);
      }
      let value;
      try {
        value = await pending;
      } catch (error) {
        onError(error);
        return;
      }
      onOk(value);
    },
  };
})()`;
