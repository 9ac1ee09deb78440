/**
 * The schema that is enforced on writes: one compiled document validator per declared table.
 *
 * What a push sends is {@link SchemaJson}, the public package's own export of `defineSchema`. Indexes of it are the
 * catalog's business (see schema-change.ts); here is only what a document must look like.
 */
import { compileValidator, formatSchemaError, type TableResolver, type Validator, type ValidationFailure, type ValidatorJson } from "../values/validator.js";
import { DatabaseError } from "./errors.js";
import type { DocumentValue } from "./table.js";

export interface IndexDefinitionJson {
  readonly indexDescriptor: string;
  readonly fields: readonly string[];
}

export interface TableDefinitionJson {
  readonly tableName: string;
  readonly indexes: readonly IndexDefinitionJson[];
  readonly stagedDbIndexes?: readonly IndexDefinitionJson[] | undefined;
  readonly searchIndexes?: readonly unknown[] | undefined;
  readonly stagedSearchIndexes?: readonly unknown[] | undefined;
  readonly vectorIndexes?: readonly unknown[] | undefined;
  readonly stagedVectorIndexes?: readonly unknown[] | undefined;
  readonly documentType: ValidatorJson | null;
  /** Not enforced: see schema-change/staged-validations.ts. */
  readonly stagedDocumentType?: ValidatorJson | null | undefined;
}

export interface SchemaJson {
  readonly tables: readonly TableDefinitionJson[];
  readonly schemaValidation: boolean;
}

export class Schema {
  readonly #validators = new Map<string, Validator>();

  constructor(readonly json: SchemaJson) {
    for (const table of json.tables) {
      const type = table.documentType;
      if (type !== null && type.type !== "any") this.#validators.set(table.tableName, compileValidator(withSystemFields(type)));
    }
  }

  /** Why `document` (with its system fields) may not be in the table; null where it may. */
  failure(tableName: string, document: DocumentValue, tables: TableResolver): ValidationFailure | null {
    return this.#validators.get(tableName)?.check(document, tables) ?? null;
  }
}

/** Users declare their own fields; a stored document has two more, which are the server's and right. */
function withSystemFields(type: ValidatorJson): ValidatorJson {
  if (type.type === "union") return { type: "union", value: type.value.map((member) => withSystemFields(member)) };
  if (type.type !== "object") return type;
  return {
    type: "object",
    value: {
      ...type.value,
      _id: { fieldType: { type: "string" }, optional: false },
      _creationTime: { fieldType: { type: "number" }, optional: false },
    },
  };
}

/** The enforced schema of each namespace. Immutable: a push that changes one makes a new set. */
export class SchemaSet {
  constructor(private readonly byNamespace: ReadonlyMap<string, Schema> = new Map()) {}

  get(namespace: string): Schema | undefined {
    return this.byNamespace.get(namespace);
  }

  with(namespace: string, schema: Schema | null): SchemaSet {
    const next = new Map(this.byNamespace);
    if (schema === null) next.delete(namespace);
    else next.set(namespace, schema);
    return new SchemaSet(next);
  }

  /** Throws the error that developers know where the schema is enforced and refuses the document. */
  enforce(namespace: string, tableName: string, document: DocumentValue, tables: TableResolver): void {
    const schema = this.byNamespace.get(namespace);
    if (schema === undefined || !schema.json.schemaValidation) return;
    const failure = schema.failure(tableName, document, tables);
    if (failure !== null) throw new DatabaseError("schema", formatSchemaError(tableName, failure));
  }
}
