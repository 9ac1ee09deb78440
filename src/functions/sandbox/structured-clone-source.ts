/**
 * `structuredClone` for a realm: the host's own would make copies whose prototypes are the host's. Covers what values of
 * functions are made of and the usual built-in objects; everything else is refused as the standard says, by a
 * DataCloneError.
 */
export const STRUCTURED_CLONE_SOURCE = String.raw`(DOMException) => {
  "use strict";
  const refuse = (value) => { throw new DOMException(String(value) + " could not be cloned.", "DataCloneError"); };
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

  const cloneError = (error) => {
    const copy = Object.create((errors[error.name] ?? Error).prototype);
    for (const name of ["message", "stack", "cause"]) {
      if (Object.hasOwn(error, name)) Object.defineProperty(copy, name, { value: error[name], writable: true, configurable: true });
    }
    return copy;
  };

  const empty = (value) => {
    if (Array.isArray(value)) return new Array(value.length);
    if (ArrayBuffer.isView(value)) {
      const buffer = value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
      return tagOf(value) === "DataView" ? new DataView(buffer) : new globalThis[tagOf(value)](buffer);
    }
    if (value instanceof Error) return cloneError(value);
    switch (tagOf(value)) {
      case "Date": return new Date(value.getTime());
      case "RegExp": return new RegExp(value.source, value.flags);
      case "Map": return new Map();
      case "Set": return new Set();
      case "ArrayBuffer": return value.slice(0);
      case "Boolean": case "Number": case "String": case "BigInt": return Object(value.valueOf());
      case "Promise": case "WeakMap": case "WeakSet": case "WeakRef": case "Symbol": return refuse("#<" + tagOf(value) + ">");
      default: return {};
    }
  };

  const clone = (value, seen) => {
    if (typeof value === "function") refuse(value);
    if (typeof value === "symbol") refuse(value);
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const copy = empty(value);
    seen.set(value, copy);
    const tag = tagOf(value);
    if (tag === "Map") for (const [key, item] of [...value]) copy.set(clone(key, seen), clone(item, seen));
    else if (tag === "Set") for (const item of [...value]) copy.add(clone(item, seen));
    else if (Array.isArray(value) || tag === "Object") {
      for (const name of Object.keys(value)) Object.defineProperty(copy, name, { value: clone(value[name], seen), writable: true, enumerable: true, configurable: true });
    }
    return copy;
  };

  return function structuredClone(value) {
    if (arguments.length === 0) throw new TypeError("structuredClone needs a value.");
    return clone(value, new Map());
  };
}`;
