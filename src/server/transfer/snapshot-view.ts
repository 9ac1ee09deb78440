/** The database as it is on disk, for a thread that does not own it: tables, schemas, and where components are mounted. */
import { Catalog } from "../../database/catalog.js";
import { edgeOfLog } from "../../database/commit-log.js";
import { loadSchemas } from "../../database/database.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { isStaged } from "../../database/staged-namespace.js";
import type { SchemaSet } from "../../database/schema.js";
import { Transaction } from "../../database/transaction.js";
import type { Snapshot, SnapshotSource } from "../../storage/store.js";
import { readDeployment } from "../deploy/code-store.js";

export class SnapshotView {
  #reader: Snapshot;
  readonly catalog: Catalog;
  readonly schemas: SchemaSet;
  /** Microseconds. */
  readonly ts: number;
  /** Paths of components, that of the app, "", first. */
  readonly components: readonly string[];

  /** To be released. */
  constructor(private readonly store: SnapshotSource) {
    this.#reader = store.snapshot();
    this.catalog = Catalog.load(this.#reader);
    this.schemas = loadSchemas(this.#reader);
    this.ts = edgeOfLog(this.#reader, "last")?.ts ?? 0;
    const { reader, ts, catalog, schemas } = this;
    const transaction = Transaction.begin({ reader, ts, catalog, schemas, limits: NO_TRANSACTION_LIMITS, writable: false, nextCreationTime: () => 0 });
    const mounts = readDeployment(transaction)?.mounts ?? [];
    transaction.finish();
    this.components = ["", ...mounts.map(({ path }) => path).sort()];
  }

  /** Paths of components that are no longer mounted and have tables of developers. */
  get unmounted(): string[] {
    const named = [...this.catalog.tables()].filter(({ name, record }) => !name.startsWith("_") && !isStaged(record.namespace));
    return [...new Set(named.map(({ record }) => record.namespace))].filter((path) => !this.components.includes(path)).sort();
  }

  get reader(): Snapshot {
    return this.#reader;
  }

  /**
   * Shows documents as they are by now, and everything else as before. While a snapshot is held no page that was freed since is
   * used again: beside an import, that would let the file of the store grow with every page that it writes.
   */
  renewReader(): void {
    this.#reader.release();
    this.#reader = this.store.snapshot();
  }

  release(): void {
    this.#reader.release();
  }
}
