/**
 * Learns the shape of a table's documents (shape.ts) from the documents, one by one, and writes documents in the export format
 * by it. The memory that it takes grows with the kinds of values, not with the documents.
 */
import { encodeValue, type Value } from "../../values/value.js";

/** An object with more fields than this, over all documents, is data by name: a record. */
const FIELDS_MAX = 256;

type Kind = "null" | "int64" | "float64" | "normalfloat64" | "boolean" | "string" | "bytes";
const TEXT_KINDS: readonly Kind[] = ["int64", "float64", "bytes", "string"];

export class ShapeBuilder {
  readonly #kinds = new Set<Kind>();
  #elements: ShapeBuilder | null = null;
  #fields: Map<string, { readonly shape: ShapeBuilder; count: number }> | null = null;
  #record: ShapeBuilder | null = null;
  #objects = 0;

  add(value: Value): void {
    if (Array.isArray(value)) {
      this.#elements ??= new ShapeBuilder();
      for (const element of value) this.#elements.add(element);
    } else if (typeof value === "object" && value !== null && !(value instanceof ArrayBuffer)) {
      this.#addObject(value);
    } else {
      this.#kinds.add(kindOf(value));
    }
  }

  #addObject(value: { readonly [field: string]: Value | undefined }): void {
    this.#objects++;
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      if (this.#record !== null) this.#record.add(field);
      else this.#addField(name, field);
    }
    this.#fields ??= this.#record === null ? new Map() : null;
  }

  #addField(name: string, value: Value): void {
    this.#fields ??= new Map();
    const known = this.#fields.get(name);
    const field = known ?? { shape: new ShapeBuilder(), count: 0 };
    field.count++;
    field.shape.add(value);
    if (known !== undefined) return;
    this.#fields.set(name, field);
    if (this.#fields.size <= FIELDS_MAX) return;
    this.#record = new ShapeBuilder();
    for (const { shape } of this.#fields.values()) this.#record.#absorb(shape);
    this.#fields = null;
  }

  #absorb(other: ShapeBuilder): void {
    for (const kind of other.#kinds) this.#kinds.add(kind);
    if (other.#elements !== null) (this.#elements ??= new ShapeBuilder()).#absorb(other.#elements);
    if (other.#record !== null) this.#becomeRecord().#absorb(other.#record);
    if (other.#fields === null) return;
    this.#objects += other.#objects;
    for (const [name, field] of other.#fields) {
      if (this.#record !== null) {
        this.#record.#absorb(field.shape);
        continue;
      }
      this.#fields ??= new Map();
      const own = this.#fields.get(name);
      if (own === undefined) this.#fields.set(name, field);
      else {
        own.shape.#absorb(field.shape);
        own.count += field.count;
      }
    }
  }

  #becomeRecord(): ShapeBuilder {
    this.#record ??= new ShapeBuilder();
    for (const { shape } of this.#fields?.values() ?? []) this.#record.#absorb(shape);
    this.#fields = null;
    return this.#record;
  }

  /** `tableNumber` is that of the documents, whose `_id` is told apart from other texts. */
  print(tableNumber: number | null = null): string {
    const members: string[] = [...this.#kinds].sort();
    if (this.#elements !== null) members.push(`array<${this.#elements.print()}>`);
    if (this.#record !== null) members.push(`record<string, ${this.#record.print()}>`);
    if (this.#fields !== null) members.push(this.#printFields(this.#fields, tableNumber));
    return members.length === 0 ? "never" : members.join(" | ");
  }

  #printFields(fields: ReadonlyMap<string, { readonly shape: ShapeBuilder; readonly count: number }>, tableNumber: number | null): string {
    const names = [...fields.keys()].sort();
    return `{${names.map((name) => {
      const { shape, count } = fields.get(name)!;
      const isId = tableNumber !== null && name === "_id";
      return `${JSON.stringify(name)}${count < this.#objects ? "?" : ""}: ${isId ? `id<${tableNumber}>` : shape.print()}`;
    }).join(", ")}}`;
  }

  /**
   * The value in the export format: as JSON text. Where values of several kinds would all be text, they are written in the
   * encoding of the function API, which says the kind ({"$integer": …}).
   */
  write(value: Value): string {
    if (Array.isArray(value)) return `[${value.map((element) => this.#elements!.write(element)).join(",")}]`;
    if (typeof value === "object" && value !== null && !(value instanceof ArrayBuffer)) {
      const written = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${(this.#record ?? this.#fields!.get(name)!.shape).write(field!)}`);
      return `{${written.join(",")}}`;
    }
    return this.#isAmbiguous ? encodeValue(value) : plainText(value);
  }

  get #isAmbiguous(): boolean {
    return TEXT_KINDS.filter((kind) => this.#kinds.has(kind)).length > 1;
  }
}

function kindOf(value: Exclude<Value, Value[] | { [key: string]: Value | undefined }>): Kind {
  switch (typeof value) {
    case "bigint":
      return "int64";
    case "number":
      return Number.isFinite(value) ? "normalfloat64" : "float64";
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    default:
      return value === null ? "null" : "bytes";
  }
}

function plainText(value: Value): string {
  if (typeof value === "bigint") return `"${value}"`;
  if (value instanceof ArrayBuffer) return `"${Buffer.from(value).toString("base64")}"`;
  if (typeof value !== "number") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0.0";
  return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
}
