/** The schema changes of one push: one for the app and for each component that it mounts, all or none. */
import type { Database } from "../database.js";
import type { SchemaJson } from "../schema.js";
import { isStaged } from "../staged-namespace.js";
import type { Transaction } from "../transaction.js";
import type { SchemaCheckOutcome } from "./schema-check.js";
import { SchemaChange, dropUnfinished } from "./schema-change.js";

/** By namespace; null takes the schema away. */
export type SchemasByNamespace = ReadonlyMap<string, SchemaJson | null>;

/** Tables whose documents are known to match a schema; see SchemaCheckOptions. */
export type KnownMatches = (namespace: string, next: SchemaJson | null) => ReadonlyMap<string, number>;

export class SchemaChanges {
  private constructor(
    private readonly database: Database,
    readonly byNamespace: ReadonlyMap<string, SchemaChange>,
  ) {}

  /** See {@link SchemaChange.begin}. What an earlier push began elsewhere and never finished is dropped. */
  static begin(database: Database, schemas: SchemasByNamespace, matches: KnownMatches): SchemaChanges {
    for (const namespace of namespacesOf(database)) if (!schemas.has(namespace)) dropUnfinished(database, namespace, null);
    return new SchemaChanges(database, mapValues(schemas, (next, namespace) => SchemaChange.begin({ database, namespace, next, matchedAt: matches(namespace, next) })));
  }

  /** See {@link SchemaChange.rehearse}. */
  static rehearse(database: Database, schemas: SchemasByNamespace, matches: KnownMatches): SchemaChanges {
    return new SchemaChanges(database, mapValues(schemas, (next, namespace) => SchemaChange.rehearse({ database, namespace, next, matchedAt: matches(namespace, next) })));
  }

  get isUndone(): boolean {
    return this.#changes.some((change) => change.isUndone);
  }

  get isReady(): boolean {
    return this.#changes.every((change) => isReady(change));
  }

  /** The first that documents do not fit, by namespace. */
  get failed(): { readonly namespace: string; readonly check: SchemaCheckOutcome & { readonly state: "failed" } } | null {
    for (const [namespace, change] of this.byNamespace) {
      const { check } = change.status;
      if (check.state === "failed") return { namespace, check };
    }
    return null;
  }

  /** Whether documents are still to be held against a schema: {@link check} is to be called. */
  get isChecking(): boolean {
    return this.#changes.some(({ check }) => check.update().state === "checking");
  }

  /** Resolves when the documents that there are have been held against the schemas. */
  async check(): Promise<void> {
    await Promise.all(this.#changes.map(({ check }) => check.run()));
  }

  stopChecks(): void {
    for (const { check } of this.#changes) check.stop();
  }

  /** Commits `transaction` with all of them; see {@link SchemaChange.write}. */
  finish(transaction: Transaction): void {
    for (const change of this.#changes) change.write(transaction);
    // One turn of the event loop: all goes to disk in one group.
    this.database.commit(transaction);
    for (const change of this.#changes) change.enforce();
  }

  abandon(): void {
    for (const change of this.#changes) change.abandon();
  }

  get #changes(): SchemaChange[] {
    return [...this.byNamespace.values()];
  }
}

export function isReady({ status: { check, indexesReady, indexesTotal } }: SchemaChange): boolean {
  return check.state === "valid" && indexesReady === indexesTotal;
}

/** Of every table that there is, but for those that are being made aside. */
export function namespacesOf(database: Database): Set<string> {
  return new Set(Array.from(database.catalog.tables(), ({ record }) => record.namespace).filter((namespace) => !isStaged(namespace)));
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V, key: string) => W): Map<string, W> {
  return new Map(Array.from(map, ([key, value]) => [key, change(value, key)]));
}
