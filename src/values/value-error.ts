/**
 * The error for values that are none, and the bounded text in which errors quote a value.
 */

/** User code or a client handed over something that is not a value. The text says what, where, and what to do instead. */
export class ValueError extends Error {}

const LENGTH_MAX = 16_384;
const DEPTH_MAX = 64;
const TRUNCATED = "[...truncated]";

/**
 * `value` as the public client prints it in errors: JSON, with what JSON cannot say as a string (`"undefined"`, `"5n"`,
 * `"[Function]"`). Unlike JSON.stringify it takes any input: cycles, getters that throw, and any size; the work done is
 * bounded like the text.
 */
export function stringifyForError(value: unknown): string {
  const printer = new Printer();
  printer.print(value, 0);
  return printer.finish();
}

class Printer {
  #text = "";

  finish(): string {
    if (this.#text.length <= LENGTH_MAX) return this.#text;
    let end = LENGTH_MAX - TRUNCATED.length;
    if (isHighSurrogate(this.#text.charCodeAt(end - 1))) end -= 1;
    return this.#text.slice(0, end) + TRUNCATED;
  }

  get #full(): boolean {
    return this.#text.length > LENGTH_MAX;
  }

  print(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null) {
      this.#text += printScalar(value);
    } else if (depth >= DEPTH_MAX) {
      this.#text += '"[...]"';
    } else {
      this.#printObject(value, depth);
    }
  }

  #printObject(value: object, depth: number): void {
    const before = this.#text;
    try {
      const shown = withToJson(value);
      if (typeof shown !== "object" || shown === null) this.#text += printScalar(shown);
      else if (Array.isArray(shown)) this.#printArray(shown, depth);
      else this.#printFields(shown, depth);
    } catch {
      // A getter, a proxy or toJSON of user code threw: the error being written is the one that matters.
      this.#text = `${before}"[unreadable]"`;
    }
  }

  #printArray(items: readonly unknown[], depth: number): void {
    this.#text += "[";
    for (let i = 0; i < items.length && !this.#full; i++) {
      if (i > 0) this.#text += ",";
      this.print(items[i], depth + 1);
    }
    this.#text += "]";
  }

  #printFields(fields: object, depth: number): void {
    this.#text += "{";
    let separator = "";
    for (const key of Object.keys(fields)) {
      if (this.#full) break;
      this.#text += `${separator}${printString(key)}:`;
      separator = ",";
      this.print((fields as Record<string, unknown>)[key], depth + 1);
    }
    this.#text += "}";
  }
}

function withToJson(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === "function" ? (toJSON as () => unknown).call(value) : value;
}

function printScalar(value: unknown): string {
  switch (typeof value) {
    case "string":
      return printString(value);
    case "bigint":
      return `"${value}n"`;
    case "function":
      return '"[Function]"';
    case "symbol":
      return printString(String(value));
    case "undefined":
      return '"undefined"';
    default:
      return JSON.stringify(value);
  }
}

function printString(text: string): string {
  return JSON.stringify(text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
