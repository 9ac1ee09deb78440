/** The validator that fits values which are there: what a table without a schema seems to hold. Feed it values, then ask. */
import { isPlainObject } from "./plain-object.js";
import type { TableResolver } from "./validator.js";
import type { ObjectFieldJson, ValidatorJson } from "./validator-json.js";
import { decodeId } from "./id.js";

/** An object with more names than this, over all values, is taken for a map. */
const FIELDS_MAX = 64;

interface Field {
  /** In how many of the objects. */
  count: number;
  readonly values: ValidatorInference;
}

type Scalar = "null" | "number" | "bigint" | "boolean" | "string" | "bytes";

export class ValidatorInference {
  readonly #scalars = new Set<Scalar>();
  readonly #idTables = new Set<string>();
  #elements: ValidatorInference | null = null;
  #fields: Map<string, Field> | null = null;
  /** Stands for all fields once there are too many. */
  #mapValues: ValidatorInference | null = null;
  #objects = 0;

  /** Texts that are ids of `tables` are taken for ids. */
  constructor(private readonly tables: TableResolver) {}

  add(value: unknown): void {
    if (Array.isArray(value)) this.#addArray(value);
    else if (isPlainObject(value)) this.#addObject(value);
    else this.#addScalar(value);
  }

  /** Null where no value was seen. */
  validator(): ValidatorJson | null {
    const members: ValidatorJson[] = [...this.#idTables].sort().map((tableName) => ({ type: "id", tableName }));
    for (const type of this.#scalars) members.push({ type });
    // Where nothing is in an array, anything may be.
    if (this.#elements !== null) members.push({ type: "array", value: this.#elements.validator() ?? { type: "any" } });
    if (this.#mapValues !== null) members.push({ type: "record", keys: { type: "string" }, values: required(this.#mapValues) });
    else if (this.#fields !== null) members.push({ type: "object", value: this.#objectFields(this.#fields) });
    return members.length > 1 ? { type: "union", value: members } : (members[0] ?? null);
  }

  #addArray(values: readonly unknown[]): void {
    this.#elements ??= new ValidatorInference(this.tables);
    for (const value of values) this.#elements.add(value);
  }

  #addObject(object: Readonly<Record<string, unknown>>): void {
    this.#objects++;
    this.#fields ??= new Map();
    for (const [name, value] of Object.entries(object)) {
      if (this.#mapValues !== null) this.#mapValues.add(value);
      else this.#addField(name, 1, (known) => known.add(value));
    }
  }

  #addField(name: string, count: number, addTo: (values: ValidatorInference) => void): void {
    const fields = (this.#fields ??= new Map<string, Field>());
    const field = fields.get(name) ?? { count: 0, values: new ValidatorInference(this.tables) };
    field.count += count;
    addTo(field.values);
    fields.set(name, field);
    if (fields.size > FIELDS_MAX) this.#becomeMap();
  }

  #becomeMap(): ValidatorInference {
    this.#mapValues = new ValidatorInference(this.tables);
    for (const { values } of this.#fields?.values() ?? []) this.#mapValues.#merge(values);
    return this.#mapValues;
  }

  #merge(other: ValidatorInference): void {
    for (const scalar of other.#scalars) this.#scalars.add(scalar);
    for (const table of other.#idTables) this.#idTables.add(table);
    if (other.#elements !== null) (this.#elements ??= new ValidatorInference(this.tables)).#merge(other.#elements);
    if (other.#mapValues !== null) (this.#mapValues ?? this.#becomeMap()).#merge(other.#mapValues);
    else if (other.#fields !== null) this.#mergeFields(other.#fields, other.#objects);
  }

  #mergeFields(others: ReadonlyMap<string, Field>, objects: number): void {
    this.#objects += objects;
    for (const [name, { count, values }] of others) {
      if (this.#mapValues !== null) this.#mapValues.#merge(values);
      else this.#addField(name, count, (known) => known.#merge(values));
    }
  }

  #addScalar(value: unknown): void {
    if (value === null) this.#scalars.add("null");
    else if (typeof value === "string") this.#addString(value);
    else if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") this.#scalars.add(typeof value as Scalar);
    else this.#scalars.add("bytes");
  }

  #addString(text: string): void {
    const id = decodeId(text);
    const table = id === null ? null : this.tables.tableNumberToName(id.tableNumber);
    if (table === null) this.#scalars.add("string");
    else this.#idTables.add(table);
  }

  #objectFields(fields: ReadonlyMap<string, Field>): Record<string, ObjectFieldJson> {
    const entries = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, { count, values }]) => [name, { ...required(values), optional: count < this.#objects }]));
  }
}

function required(values: ValidatorInference): ObjectFieldJson {
  return { fieldType: values.validator() ?? { type: "any" }, optional: false };
}
