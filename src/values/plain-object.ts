/**
 * Which objects are plain data, in any realm.
 */

/**
 * True of objects made by `{}`, `Object.create(null)` or `JSON.parse`, in this realm or another. The rule is the public
 * client's: another realm's Object.prototype is known by its constructor's name.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  return prototype === null || prototype === Object.prototype || prototype.constructor?.name === "Object";
}

/** Sets a field that may be named `__proto__`, which a plain assignment would take for the prototype. */
export function setField<T>(target: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  else target[name] = value;
}
