/**
 * Checks the documents that are there against a schema that is to be enforced, in slices, while writes go on.
 *
 *     walk over tables         ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ done
 *     writes                 w1    w2       w3      w4   w5
 *     followed in the log    ──w1────w2──────w3─────────w4w5─▶ update()
 *
 * The walk sees each document once; what is written behind it is taken from the commit log. So after {@link
 * SchemaCheck.update} the outcome speaks of the newest state, and a schema that is put in force in the same turn has no
 * document that it refuses.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ValidationFailure } from "../../values/validator.js";
import { acceptsAll } from "../../values/validator-superset.js";
import type { Catalog } from "../catalog.js";
import { logReachesBackTo, readLog } from "../commit-log.js";
import type { Database } from "../database.js";
import type { Schema, SchemaJson, TableDefinitionJson } from "../schema.js";
import type { Table } from "../table.js";
import { hasRolledBack } from "./index-backfill.js";
import { TableWalk, parseDocument } from "./table-walk.js";

export interface SchemaFailure {
  readonly tableName: string;
  /** Complete text for the developer. */
  readonly message: string;
}

export type SchemaCheckOutcome = { readonly state: "checking" } | { readonly state: "valid" } | { readonly state: "failed"; readonly failure: SchemaFailure };

/** Names of declared tables whose documents are not known to match: one that takes whatever is enforced already needs no check. */
export function tablesToCheck(active: SchemaJson | null, next: SchemaJson | null): string[] {
  if (next === null || !next.schemaValidation) return [];
  const enforced = new Map(active !== null && active.schemaValidation ? active.tables.map((table) => [table.tableName, table]) : []);
  return next.tables.filter((table) => restricts(table) && !isWider(table, enforced.get(table.tableName))).map(({ tableName }) => tableName);
}

function isWider({ documentType }: TableDefinitionJson, enforced: TableDefinitionJson | undefined): boolean {
  const before = enforced?.documentType ?? null;
  return documentType !== null && before !== null && acceptsAll(documentType, before);
}

function restricts({ documentType }: TableDefinitionJson): boolean {
  return documentType !== null && documentType.type !== "any";
}

export interface SchemaCheckOptions {
  readonly database: Database;
  readonly namespace: string;
  readonly schema: Schema;
  /** See {@link tablesToCheck}; tables that do not exist are left out. */
  readonly tableNames: readonly string[];
  /** Tables whose documents matched at a timestamp: of those only what was written since is looked at, as long as the log tells it. */
  readonly matchedAt?: ReadonlyMap<string, number> | undefined;
}

/** Commits that are followed in one turn of the event loop, by {@link SchemaCheck.catchUp}. */
const FOLLOWED_MAX = 500;

export class SchemaCheck {
  readonly #options: SchemaCheckOptions;
  #outcome: SchemaCheckOutcome = { state: "checking" };
  /** Everything that was written up to here is accounted for, as far as the walk has come. */
  #followedTs = 0;
  #catalog: Catalog;
  #matchedAt: ReadonlyMap<string, number>;
  #documentsDone = 0;
  #isStopped = false;
  #running: Promise<void> | null = null;

  constructor(options: SchemaCheckOptions) {
    this.#options = options;
    this.#catalog = options.database.catalog;
    this.#matchedAt = options.matchedAt ?? NONE;
  }

  /** Of the walk, so far. */
  get documentsDone(): number {
    return this.#documentsDone;
  }

  /** What {@link outcome} speaks of: everything that was written up to here. */
  get followedTs(): number {
    return this.#followedTs;
  }

  /** As of the last slice or {@link update}. */
  get outcome(): SchemaCheckOutcome {
    return this.#outcome;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when the outcome is no longer "checking", or after {@link stop}. May be called any number of times. */
  async run(): Promise<void> {
    this.#running ??= this.#walkUntilKnown().finally(() => (this.#running = null));
    await this.#running;
  }

  /**
   * Takes account of everything written so far. "checking" where the walk is not through, or has to begin again: because
   * commits were undone, or the commit log no longer reaches back to the last look. Then {@link run} is to be called.
   */
  update(): SchemaCheckOutcome {
    if (this.#outcome.state === "valid") this.#follow();
    return this.#outcome;
  }

  /** Like {@link update}, but of much that was written at a few commits each turn; reads and writes go on in between. */
  async catchUp(): Promise<SchemaCheckOutcome> {
    if (this.#outcome.state === "valid") await this.#followAll();
    return this.#outcome;
  }

  /** See {@link #follow}. */
  async #followAll(): Promise<boolean> {
    while (this.#follow(FOLLOWED_MAX)) {
      if (this.#followedTs >= this.#options.database.lastTs) return true;
      await nextTurn();
      if (this.#isStopped) return false;
    }
    return false;
  }

  async #walkUntilKnown(): Promise<void> {
    while (this.#outcome.state === "checking" && !this.#isStopped) await this.#walk();
  }

  async #walk(): Promise<void> {
    const { database } = this.#options;
    this.#catalog = database.catalog;
    this.#documentsDone = 0;
    this.#followedTs = Math.min(database.lastTs, ...this.#matchedAt.values());
    // If the log no longer tells what came after, the next walk is of all tables.
    const matched = this.#matchedAt;
    this.#matchedAt = NONE;
    if (!(await this.#followAll())) return;
    for (const table of this.#tables().filter(({ name }) => !matched.has(name))) {
      const walk = new TableWalk(database, table);
      for (let slice = walk.next(); slice.length > 0; slice = walk.next()) {
        for (const { id, text } of slice) if (!this.#accepts(table, id, text)) return;
        this.#documentsDone += slice.length;
        await nextTurn();
        if (this.#isStopped || !this.#follow()) return;
      }
    }
    if (this.#follow()) this.#outcome = { state: "valid" };
  }

  /** Checks what was written since the last look, of `commitsMax` commits at most. False where something is wrong with it, or the look is not possible. */
  #follow(commitsMax = Infinity): boolean {
    const { database } = this.#options;
    const { reader } = database;
    let followedTs = database.lastTs;
    let commits = 0;
    if (hasRolledBack(database, this.#catalog) || !reachesBack(database, this.#followedTs)) {
      this.#outcome = { state: "checking" };
      return false;
    }
    const tables = new Map(this.#tables().map((table) => [table.space, table]));
    const written = new Map<string, Table>();
    for (const { ts, writes } of readLog(reader, this.#followedTs, followedTs, false)) {
      for (const { space, id } of writes) {
        const table = tables.get(space);
        if (table !== undefined) written.set(id, table);
      }
      if (++commits < commitsMax) continue;
      followedTs = ts;
      break;
    }
    this.#followedTs = followedTs;
    return [...written].every(([id, table]) => {
      const text = reader.get(table.documentKey(id));
      return text === undefined || this.#accepts(table, id, text);
    });
  }

  #accepts(table: Table, id: string, text: string): boolean {
    const { schema, namespace, database } = this.#options;
    const tableNumberToName = (number: number): string | null => database.catalog.tableByNumber(namespace, number)?.name ?? null;
    const failure = schema.failure(table.name, parseDocument(text), { tableNumberToName });
    if (failure !== null) this.#outcome = { state: "failed", failure: describe(table.name, id, failure) };
    return failure === null;
  }

  #tables(): Table[] {
    const { database, namespace, tableNames } = this.#options;
    return tableNames.flatMap((name) => database.catalog.table(namespace, name) ?? []);
  }
}

const NONE: ReadonlyMap<string, number> = new Map();

/** Whether the log tells everything after `ts`. */
function reachesBack(database: Database, ts: number): boolean {
  return ts === database.lastTs || logReachesBackTo(database.reader) <= ts;
}

function describe(tableName: string, id: string, failure: ValidationFailure): SchemaFailure {
  return { tableName, message: `Document with ID "${id}" in table "${tableName}" does not match the schema: ${failure.message}` };
}
