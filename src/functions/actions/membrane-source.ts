/**
 * The script that lets a realm use objects of the server's realm as its own. The web's classes (Response, ReadableStream,
 * CryptoKey, …) exist once in a process of Node, in the server's realm; what they return would fail `instanceof` in user
 * code, and what they reject with would be no Error there.
 *
 * Every object that crosses is *adopted*: it gets the realm's counterpart of its prototype, in place, without a copy.
 *
 *     fetch()  ─▶  Response (server)  ── adopt ──▶  the same object, now of the realm's class Response
 *                  .arrayBuffer()                   calls the server's method on itself and adopts its promise, which
 *                                                   gives an ArrayBuffer (server) ── adopt ──▶ ArrayBuffer.prototype of the realm
 *
 * - Built-in classes of the language have the realm's own as counterparts. Objects and arrays are adopted with what they
 *   hold; so are errors, with their causes.
 * - For each class of the web there is a class in the realm that extends the server's and whose members adopt what they
 *   return and throw. The server's code knows its objects by private state and by the prototype chain; both stay.
 * - Prototypes of the server's iterators get a counterpart when they are first met. Any other object is left as it is.
 * - Promises are answered by promises of the realm, unless the action that they were made in has ended: then never.
 * - Functions of user code that the server calls are *exposed*: wrapped so that what they are given is adopted.
 *
 * In the other direction nothing needs to be done: the server's classes know buffers, views, dates and promises of any
 * realm, and take whatever is iterable.
 *
 * Evaluated once per realm, before user code, to a function of its hooks (membrane.ts).
 */
export const MEMBRANE_SOURCE = String.raw`(hooks) => {
  "use strict";
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;
  const NativeObject = Object, NativePromise = Promise, NativeWeakMap = WeakMap, NativeMap = Map;
  const { host } = hooks;
  const { then } = NativePromise.prototype;
  const { get: byteLengthOf } = getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength");
  const hostThen = host.Promise.prototype.then;
  const isPrototypeOf = NativeObject.prototype.isPrototypeOf;
  const ordinaryHasInstance = Function.prototype[Symbol.hasInstance];
  const get = NativeWeakMap.prototype.get, set = NativeWeakMap.prototype.set, has = NativeWeakMap.prototype.has;
  const { isView } = ArrayBuffer;
  const isObject = (value) => typeof value === "object" ? value !== null : typeof value === "function";
  const IteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
  const AsyncIteratorPrototype = getPrototypeOf(getPrototypeOf((async function* () {}).prototype));

  // --- What belongs to the realm, and what stands for what
  const weakMap = () => {
    const map = new NativeWeakMap();
    return { get: (key) => apply(get, map, [key]), set: (key, value) => apply(set, map, [key, value]), has: (key) => apply(has, map, [key]) };
  };
  /** Prototypes and classes of the realm. */
  const isOwn = weakMap();
  /** By prototype of the server: prototype of the realm, and what else is to be done with its instances. */
  const counterparts = weakMap();
  const adoptedFunctions = weakMap(), exposedFunctions = weakMap(), exposedListeners = weakMap(), originals = weakMap(), adoptedPromises = weakMap(), settlers = weakMap();

  const ignore = () => undefined;
  const pair = (hostPrototype, prototype, adoptRest) => {
    isOwn.set(prototype, true);
    counterparts.set(hostPrototype, { prototype, adoptRest });
  };

  // --- Out of the server's realm
  const adopt = (value) => {
    if (!isObject(value) || isOwn.has(value)) return value;
    const first = getPrototypeOf(value);
    for (let prototype = first; prototype !== null; prototype = getPrototypeOf(prototype)) {
      if (isOwn.has(prototype)) return isView(value) ? adoptView(value) : value;
      const counterpart = counterparts.get(prototype);
      if (counterpart === undefined) continue;
      if (typeof value === "function") return adoptFunction(value);
      if (prototype === host.Promise.prototype) return adoptPromise(value);
      if (prototype === host.Object.prototype && first !== prototype) return adoptUnknown(value, first);
      if (setPrototypeOf(value, counterpart.prototype)) counterpart.adoptRest(value);
      return value;
    }
    return value;
  };

  /** Properties that hold values; those of symbols are the server's own business. */
  const adoptProperties = (object) => {
    for (const name of ownKeys(object)) {
      if (typeof name === "symbol") continue;
      const property = getOwnPropertyDescriptor(object, name);
      if (!isObject(property.value)) continue;
      const adopted = adopt(property.value);
      if (adopted !== property.value && (property.writable || property.configurable)) defineProperty(object, name, { ...property, value: adopted });
    }
  };
  /** Streams of bytes make views of the realm on buffers of the server. */
  const adoptView = (view) => {
    adopt(view.buffer);
    return view;
  };
  const adoptItems = (collection) => collection.forEach((value, key) => { adopt(key); adopt(value); });

  /** Iterators have classes without names. What else has no counterpart stays the server's: it may be anything, even its global object. */
  const adoptUnknown = (value, hostPrototype) => {
    if (value === host) return globalThis;
    if (typeof value.next !== "function") return value;
    const { prototype, adoptRest } = counterpartOf(hostPrototype);
    if (setPrototypeOf(value, prototype)) adoptRest(value);
    return value;
  };

  const adoptAll = (values) => {
    for (let i = 0; i < values.length; i++) values[i] = adopt(values[i]);
    return values;
  };

  const adoptFunction = (hostFunction) => {
    const original = originals.get(hostFunction);
    if (original !== undefined) return original;
    let adopted = adoptedFunctions.get(hostFunction);
    if (adopted === undefined) adoptedFunctions.set(hostFunction, adopted = wrap(hostFunction.name, hostFunction));
    return adopted;
  };

  const adoptPromise = (promise) => {
    let adopted = adoptedPromises.get(promise);
    if (adopted !== undefined) return adopted;
    const settle = hooks.track();
    adopted = new NativePromise((resolve, reject) => apply(hostThen, promise, [
      (value) => { if (settle()) resolve(adopt(value)); },
      (error) => { if (settle()) reject(adopt(error)); },
    ]));
    adoptedPromises.set(promise, adopted);
    settlers.set(adopted, settle);
    return adopted;
  };

  // --- Into the server's realm
  const expose = (value) => {
    if (typeof value !== "function") return value;
    let exposed = exposedFunctions.get(value);
    if (exposed === undefined) {
      exposed = function (...args) { return apply(value, adopt(this), adoptAll(args)); };
      exposedFunctions.set(value, exposed);
      originals.set(exposed, value);
    }
    return exposed;
  };

  const exposeAll = (values) => {
    for (let i = 0; i < values.length; i++) values[i] = expose(values[i]);
    return values;
  };

  /** An error in a listener, thrown on by the server, would end the thread. A promise that it returns is the realm's to watch. */
  const exposeListener = (listener) => {
    if (!isObject(listener)) return listener;
    let exposed = exposedListeners.get(listener);
    if (exposed === undefined) {
      exposed = function (event) {
        try {
          if (typeof listener === "function") apply(listener, adopt(this), [adopt(event)]);
          else listener.handleEvent(adopt(event));
        } catch (error) {
          hooks.report(error);
        }
      };
      exposedListeners.set(listener, exposed);
      originals.set(exposed, listener);
    }
    return exposed;
  };

  const exposeListeners = (args) => {
    if (args.length > 1) args[1] = exposeListener(args[1]);
    return args;
  };

  const isBuffer = (value) => {
    try {
      apply(byteLengthOf, value, []);
      return true;
    } catch {
      return false;
    }
  };
  /** Some versions of Node know an ArrayBuffer by the server's prototype, but views by what they are. */
  const exposeBuffer = (value) => isBuffer(value) ? new host.Uint8Array(value) : value;
  /** Arguments of crypto.subtle: buffers, and algorithms and keys with buffers in them. */
  const exposeForCrypto = (args) => {
    for (let i = 0; i < args.length; i++) {
      const argument = args[i];
      args[i] = exposeBuffer(argument);
      if (!isObject(argument) || getPrototypeOf(argument) !== NativeObject.prototype) continue;
      args[i] = { ...argument };
      for (const name of ownKeys(args[i])) args[i][name] = exposeBuffer(args[i][name]);
    }
    return args;
  };

  const SOURCE_METHODS = ["start", "pull", "cancel", "write", "close", "abort", "transform", "flush"];
  const SOURCE_OPTIONS = ["type", "autoAllocateChunkSize", "readableType", "writableType"];
  /** What a stream is made of. When the action that made it has ended, the stream stands still. */
  const exposeSource = (source) => {
    if (!isObject(source)) return source;
    const isLive = hooks.liveness();
    const exposed = {};
    for (const name of SOURCE_OPTIONS) if (source[name] !== undefined) exposed[name] = source[name];
    for (const name of SOURCE_METHODS) {
      const method = source[name];
      if (method === undefined) continue;
      exposed[name] = typeof method !== "function" ? method : (...args) => isLive() ? apply(method, source, adoptAll(args)) : new NativePromise(ignore);
    }
    return exposed;
  };
  const exposeSources = (sources) => {
    if (sources.length > 0) sources[0] = exposeSource(sources[0]);
    return sources;
  };

  const BODILESS = [204, 205, 304];
  /** Node refuses a body where the status allows none, even one without a byte in it. Apps of Convex give such. */
  const exposeResponse = (args) => {
    if (args[0] === "" && BODILESS.includes(args[1]?.status)) args[0] = null;
    return exposeAll(args);
  };

  // --- Classes
  const call = (hostFunction, receiver, args) => {
    try {
      return adopt(apply(hostFunction, receiver, args));
    } catch (error) {
      throw adopt(error);
    }
  };

  /** A method of the realm that calls the server's; on receiver where one is given. */
  const wrap = (name, hostFunction, receiver, exposeArguments = exposeAll) => {
    const { [name]: method } = { [name](...args) { return call(hostFunction, receiver ?? this, exposeArguments(args)); } };
    defineProperty(method, "length", { value: hostFunction.length, configurable: true });
    return method;
  };

  /** Promises that are asked for as properties (closed, ready) are nobody's duty to await. */
  const excuse = (value) => {
    if (!isObject(value) || !settlers.has(value)) return value;
    settlers.get(value)();
    apply(then, value, [ignore, ignore]);
    return value;
  };

  const LISTENING = ["addEventListener", "removeEventListener"];
  const exposureOf = (name, receiver) => receiver === hooks.subtle ? exposeForCrypto : LISTENING.includes(name) ? exposeListeners : exposeAll;

  const wrapProperty = (name, property, receiver) => {
    if (typeof property.value === "function") return { ...property, value: wrap(name, property.value, receiver, exposureOf(name, receiver)) };
    if (property.get === undefined && property.set === undefined) return { ...property };
    const isHandler = typeof name === "string" && name.startsWith("on");
    return {
      enumerable: property.enumerable,
      configurable: true,
      get: property.get && function () { return excuse(call(property.get, receiver ?? this, [])); },
      set: property.set && function (value) { call(property.set, receiver ?? this, [isHandler ? exposeListener(value) : expose(value)]); },
    };
  };

  const WELL_KNOWN = [Symbol.iterator, Symbol.asyncIterator, Symbol.toStringTag];
  /** Gives target the members that objects with hostPrototype have, up to those of every object or error. */
  const wrapMembers = (target, hostPrototype, receiver) => {
    for (let level = hostPrototype; level !== null && level !== host.Object.prototype && level !== host.Error.prototype; level = getPrototypeOf(level)) {
      for (const name of ownKeys(level)) {
        if (name === "constructor" || (typeof name === "symbol" && !WELL_KNOWN.includes(name)) || getOwnPropertyDescriptor(target, name)) continue;
        defineProperty(target, name, wrapProperty(name, getOwnPropertyDescriptor(level, name), receiver));
      }
    }
    return target;
  };

  const counterpartOf = (hostPrototype) => {
    const base = Symbol.asyncIterator in hostPrototype ? AsyncIteratorPrototype : IteratorPrototype;
    pair(hostPrototype, wrapMembers(NativeObject.create(base), hostPrototype), adoptProperties);
    return counterparts.get(hostPrototype);
  };

  const wrapStatics = (Class, Host) => {
    for (const name of ownKeys(Host)) {
      if (["length", "name", "prototype"].includes(name) || typeof name === "symbol") continue;
      defineProperty(Class, name, wrapProperty(name, getOwnPropertyDescriptor(Host, name), Host));
    }
  };

  /** Objects of the server's class count as instances, as they are about to be adopted. */
  const recognize = (Class, Host) => defineProperty(Class, Symbol.hasInstance, {
    value(candidate) {
      return this === Class ? isObject(candidate) && apply(isPrototypeOf, Host.prototype, [candidate]) : apply(ordinaryHasInstance, this, [candidate]);
    },
  });

  const makeClass = (name, Host, exposeArguments = exposeAll) => {
    const { [name]: Class } = {
      [name]: class extends Host {
        constructor(...args) {
          try {
            super(...exposeArguments(args));
          } catch (error) {
            throw adopt(error);
          }
        }
      },
    };
    wrapMembers(Class.prototype, Host.prototype);
    wrapStatics(Class, Host);
    recognize(Class, Host);
    defineProperty(Class, "constructor", { value: Function, writable: true, configurable: true });
    pair(Host.prototype, Class.prototype, ignore);
    isOwn.set(Class, true);
    adoptedFunctions.set(Host, Class);
    return Class;
  };

  /** The one class of the web that extends a class of the language: here it extends the realm's. */
  const makeDOMException = (Host) => {
    class DOMException {
      constructor(message, options) {
        const exception = construct(Host, [message, options]);
        setPrototypeOf(exception, new.target.prototype);
        return exception;
      }
    }
    wrapMembers(DOMException.prototype, Host.prototype);
    wrapStatics(DOMException, Host);
    setPrototypeOf(DOMException.prototype, Error.prototype);
    pair(Host.prototype, DOMException.prototype, adoptProperties);
    adoptedFunctions.set(Host, DOMException);
    return DOMException;
  };

  // --- The language
  const HELD = { Object: adoptProperties, Array: adoptProperties, Map: adoptItems, Set: adoptItems };
  const VIEWS = Reflect.ownKeys(hooks.views), ERRORS = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "AggregateError"];
  for (const name of ["Object", "Array", "Map", "Set", "Date", "RegExp", "Promise", "ArrayBuffer", "SharedArrayBuffer", "Boolean", "Number", "String", "Function", ...VIEWS, ...ERRORS]) {
    const adoptRest = HELD[name] ?? (VIEWS.includes(name) ? adoptView : ERRORS.includes(name) ? adoptProperties : ignore);
    pair(host[name].prototype, globalThis[name].prototype, adoptRest);
  }
  for (const own of [async () => {}, function* () {}, async function* () {}]) isOwn.set(getPrototypeOf(own), true);

  // --- The web
  const classes = {};
  for (const name of ownKeys(hooks.webClasses)) {
    const Host = hooks.webClasses[name];
    if (name === "DOMException") classes[name] = makeDOMException(Host);
    else classes[name] = makeClass(name, Host, hooks.streamClasses.includes(name) ? exposeSources : name === "Response" ? exposeResponse : exposeAll);
  }

  /** An object of the realm with the members of one of the server that everybody shares. */
  const mirror = (hostObject, Class) => wrapMembers(NativeObject.create(Class.prototype), getPrototypeOf(hostObject), hostObject);

  return { adopt, call, classes, mirror };
}`;
