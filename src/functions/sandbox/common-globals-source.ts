/**
 * The script that gives a realm what functions of every kind have: output, environment, `Convex`, base64, microtasks.
 * Evaluated once per realm, to a function of the hooks (common-globals.ts) through which what is defined here reaches the
 * function that runs now. It answers with a function that makes, for the modules of a component, globals of their own where
 * those of the app would be wrong.
 */
export const COMMON_GLOBALS_SOURCE = String.raw`(hooks) => {
  "use strict";
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, set } = Reflect;
  const { hasOwn } = Object;
  const NativeProxy = Proxy, NativeError = Error;
  const define = (target, values) => {
    for (const name of Reflect.ownKeys(values)) defineProperty(target, name, { value: values[name], writable: true, enumerable: false, configurable: true });
  };

  // --- Output and environment
  const console = {};
  for (const name of hooks.consoleMethods) define(console, { [name]: (...args) => hooks.console(name, args) });

  const readOnly = () => { throw new NativeError("process.env can't be changed by functions. Set environment variables with 'npx convex env set' or in the dashboard."); };
  const environmentOf = ({ env, environmentNames }) => new NativeProxy({}, {
    get: (_, name) => typeof name === "string" ? env(name) : undefined,
    has: (_, name) => typeof name === "string" && env(name) !== undefined,
    ownKeys: () => [...environmentNames()],
    getOwnPropertyDescriptor(_, name) {
      const value = typeof name === "string" ? env(name) : undefined;
      return value === undefined ? undefined : { value, writable: false, enumerable: true, configurable: true };
    },
    set: readOnly,
    defineProperty: readOnly,
    deleteProperty: readOnly,
  });

  /** What differs between the app and its components. */
  const scopeOf = (hooks) => ({
    Convex: Object.freeze({
      syscall: (op, args) => hooks.syscall(op, args),
      asyncSyscall: (op, args) => hooks.asyncSyscall(op, args),
      jsSyscall: (op, args) => hooks.jsSyscall(op, args),
    }),
    process: { env: environmentOf(hooks) },
  });

  // --- Text and microtasks
  const encodeBase64 = (text) => {
    const encoded = hooks.btoa(String(text));
    if (encoded === null) throw new RangeError("btoa: the text has characters outside of Latin-1. Encode it first, for example with TextEncoder.");
    return encoded;
  };
  const decodeBase64 = (text) => {
    const decoded = hooks.atob(String(text));
    if (decoded === null) throw new SyntaxError("atob: the text is not base64.");
    return decoded;
  };
  const resolved = Promise.resolve();
  const then = Promise.prototype.then;
  const queueMicrotask = (callback) => {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function.");
    apply(then, resolved, [() => { callback(); }]);
  };

  define(globalThis, { console, ...scopeOf(hooks), queueMicrotask, atob: decodeBase64, btoa: encodeBase64, self: globalThis });

  return (hooks) => {
    const scope = scopeOf(hooks);
    // All that is not a component's own is the realm's, so that what its functions replace there is what they find.
    const holderOf = (target, name) => hasOwn(scope, name) ? scope : target;
    const global = new NativeProxy(globalThis, {
      get: (target, name) => holderOf(target, name)[name],
      set: (target, name, value) => set(holderOf(target, name), name, value),
      defineProperty: (target, name, descriptor) => defineProperty(holderOf(target, name), name, descriptor),
      deleteProperty: (target, name) => deleteProperty(holderOf(target, name), name),
      getOwnPropertyDescriptor: (target, name) => getOwnPropertyDescriptor(holderOf(target, name), name),
    });
    const { Convex, process } = scope;
    scope.globalThis = scope.self = global;
    return [Convex, process, global, global];
  };
}`;
