/**
 * `generated_schema.jsonl`: what kinds of values the documents of an exported table hold, as one expression in a JSON string:
 *
 *     "{\"_creationTime\": normalfloat64, \"_id\": id<10001>, \"count\": int64, \"tags\"?: array<string> | null}"
 *
 * In exported documents int64s are decimal text, bytes base64 and special numbers words, because that is how others want to
 * read them; the shape tells them from texts when the documents come back. This file parses shapes and puts values right by
 * them; shape-builder.ts makes them. Words that are not known here stand for anything.
 */
import { decodeValue, type JsonValue, type Value } from "../../values/value.js";

export type Shape =
  | { readonly type: "word"; readonly name: string; readonly of: readonly Shape[] }
  | { readonly type: "literal"; readonly text: string }
  | { readonly type: "object"; readonly fields: ReadonlyMap<string, Shape> }
  | { readonly type: "union"; readonly members: readonly Shape[] };

const INT64 = /^-?\d{1,19}$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]]);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Words for values that are text in JSON, and are not texts. */
const TEXT_KINDS: ReadonlySet<string> = new Set(["int64", "float64", "bytes"]);
/** Words for values that are no text in JSON. */
const OTHER_KINDS: ReadonlySet<string> = new Set(["null", "boolean", "normalfloat64", "array", "record", "object"]);

/** The value that exported JSON stands for. Throws ValueError where it is none. */
export function valueOfShape(json: JsonValue, shapes: readonly Shape[]): Value {
  if (typeof json === "string") return textValue(json, shapes);
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    const elements = shapes.flatMap((shape) => (shape.type === "word" && shape.name === "array" ? membersOf(shape.of) : []));
    return json.map((element) => valueOfShape(element, elements));
  }
  const names = Object.keys(json);
  if (names.length === 1 && names[0]!.startsWith("$")) return decodeValue(json);
  return Object.fromEntries(names.map((name) => [name, valueOfShape(json[name]!, shapes.flatMap((shape) => fieldShapes(shape, name)))]));
}

/** The alternatives, without unions in unions. */
export function membersOf(shapes: readonly Shape[]): Shape[] {
  return shapes.flatMap((shape) => (shape.type === "union" ? membersOf(shape.members) : [shape]));
}

function fieldShapes(shape: Shape, name: string): Shape[] {
  if (shape.type === "object") return membersOf(shape.fields.has(name) ? [shape.fields.get(name)!] : []);
  return shape.type === "word" && shape.name === "record" ? membersOf(shape.of.slice(-1)) : [];
}

function textValue(text: string, shapes: readonly Shape[]): Value {
  const kinds = new Set(shapes.map((shape) => (shape.type === "word" ? shape.name : "")));
  const mayBeText = shapes.some((shape) => (shape.type === "literal" ? shape.text === text : shape.type === "word" && !TEXT_KINDS.has(shape.name) && !OTHER_KINDS.has(shape.name)));
  if (mayBeText) return text;
  if (kinds.has("int64") && INT64.test(text)) {
    const integer = BigInt(text);
    if (integer >= INT64_MIN && integer <= INT64_MAX) return integer;
  }
  if (kinds.has("float64") && SPECIAL_FLOATS.has(text)) return SPECIAL_FLOATS.get(text)!;
  if (kinds.has("bytes") && BASE64.test(text)) return new Uint8Array(Buffer.from(text, "base64")).buffer;
  return text;
}

/** Throws an Error that says where the text can't be understood. */
export function parseShape(text: string): Shape {
  return new ShapeParser(text).parse();
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*|-?\d[\w.+-]*|[{}<>|,:?()[\]])/y;
const DEPTH_MAX = 64;

class ShapeParser {
  #position = 0;
  #token: string | null = null;
  #depth = 0;

  constructor(private readonly text: string) {
    this.#next();
  }

  parse(): Shape {
    const shape = this.#union();
    if (this.#token !== null) throw this.#unexpected();
    return shape;
  }

  #next(): void {
    if (this.text.slice(this.#position).trim() === "") {
      this.#token = null;
      return;
    }
    TOKEN.lastIndex = this.#position;
    const found = TOKEN.exec(this.text);
    if (found === null) throw this.#unexpected();
    this.#token = found[1]!;
    this.#position = TOKEN.lastIndex;
  }

  #take(token: string): boolean {
    if (this.#token !== token) return false;
    this.#next();
    return true;
  }

  #require(token: string): void {
    if (!this.#take(token)) throw this.#unexpected();
  }

  #union(): Shape {
    if (++this.#depth > DEPTH_MAX) throw new Error(`it is nested more than ${DEPTH_MAX} deep`);
    const members = [this.#single()];
    while (this.#take("|")) members.push(this.#single());
    this.#depth--;
    return members.length === 1 ? members[0]! : { type: "union", members };
  }

  #single(): Shape {
    const token = this.#token;
    if (token === null) throw this.#unexpected();
    if (token === "{") return this.#object();
    this.#next();
    if (token.startsWith('"')) return { type: "literal", text: JSON.parse(token) as string };
    if (!/^[\w-]/.test(token)) throw this.#unexpected();
    return { type: "word", name: token, of: this.#take("<") ? this.#listUntil(">") : [] };
  }

  #listUntil(end: string): Shape[] {
    const list: Shape[] = [];
    while (!this.#take(end)) {
      list.push(this.#union());
      if (this.#take(end)) break;
      this.#require(",");
    }
    return list;
  }

  #object(): Shape {
    this.#next();
    const fields = new Map<string, Shape>();
    while (!this.#take("}")) {
      const token = this.#token;
      if (token === null) throw this.#unexpected();
      this.#next();
      this.#take("?");
      this.#require(":");
      fields.set(token.startsWith('"') ? (JSON.parse(token) as string) : token, this.#union());
      if (this.#take("}")) break;
      this.#require(",");
    }
    return { type: "object", fields };
  }

  #unexpected(): Error {
    return new Error(`it can't be read from character ${this.#position} on: ${JSON.stringify(this.text.slice(Math.max(0, this.#position - 10), this.#position + 20))}`);
  }
}
