/**
 * Staged validators, `defineTable(…).staged(…)`: what a table's documents shall look like one day. Behind everything else documents
 * are held against them, those that are there and those that are written, and nothing is refused for it. A push that then makes
 * one of them the enforced validator finds the work done.
 *
 *     finish_push ──▶ pending ──walk──▶ valid ──following the commit log──▶ valid …
 *                        ▲                └──────── a document does not match ──▶ failed
 *                        └── the log no longer tells what was written, or a push stages it again after it failed
 *
 * Outcomes are stored, now and then with how far the log was followed: after a restart a walk that was under way begins again, and
 * what was known is followed from there.
 */
import { isDeepStrictEqual } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import type { ValidatorJson } from "../../values/validator.js";
import { acceptsAll } from "../../values/validator-superset.js";
import type { Database } from "../database.js";
import { metaKey } from "../keys.js";
import { Schema, type SchemaJson } from "../schema.js";
import { SchemaCheck } from "./schema-check.js";
import { namespacesOf } from "./schema-changes.js";
import { activeSchema } from "./schema-change.js";

export type StagedState = { readonly state: "pending"; readonly documentsDone: number } | { readonly state: "valid" } | { readonly state: "failed"; readonly error: string };

export interface StagedValidator {
  readonly tableName: string;
  readonly type: ValidatorJson;
  readonly state: StagedState;
}

/** As it is stored. A pending one is not. */
interface Outcome {
  readonly namespace: string;
  readonly tableName: string;
  readonly type: ValidatorJson;
  readonly error: string | null;
  /** Everything up to here matched. */
  readonly ts: number;
}

const OUTCOMES_KEY = metaKey("staged-validators");
/** Between two looks at what was written. */
const FOLLOW_MS = 250;
/** A restart follows again what was written since. */
const STORE_MS = 30_000;

export class StagedValidations {
  readonly #running = new Map<string, Running>();
  readonly #closing = new AbortController();
  #storedMs = -Infinity;
  #work: Promise<void> | null = null;

  constructor(private readonly database: Database) {}

  /** When the engine starts: goes on with what the schemas in force stage. */
  load(): void {
    const stored = JSON.parse(this.database.reader.get(OUTCOMES_KEY) ?? "[]") as Outcome[];
    for (const outcome of stored) {
      const { namespace, tableName, type, error, ts } = outcome;
      if (isDeepStrictEqual(stagedType(activeSchema(this.database, namespace), tableName), type)) this.#start(namespace, tableName, type, { ts, error });
    }
    this.sync();
  }

  /** After a push, in its turn: takes up what the schemas stage, forgets what they no longer do, tries again what had failed. */
  sync(): void {
    const wanted = new Set<string>();
    for (const namespace of namespacesOf(this.database)) {
      for (const { tableName } of activeSchema(this.database, namespace)?.tables ?? []) {
        const type = stagedType(activeSchema(this.database, namespace), tableName);
        if (type === null) continue;
        wanted.add(keyOf(namespace, tableName));
        const running = this.#running.get(keyOf(namespace, tableName));
        if (running === undefined || !isDeepStrictEqual(running.type, type)) this.#start(namespace, tableName, type, null);
      }
    }
    for (const [key, { check }] of this.#running) {
      if (wanted.has(key)) continue;
      check.stop();
      this.#running.delete(key);
    }
    this.#store();
    this.#wake();
  }

  /** Those that failed are tried again, because a push stages them anew. Before {@link sync}. */
  retryFailed(): void {
    for (const [key, { state }] of this.#running) if (state.state === "failed") this.#running.delete(key);
  }

  /** Resolves when what is known is known of the newest state; what is pending stays so. */
  async catchUp(): Promise<void> {
    for (const running of this.#running.values()) await running.check.catchUp();
  }

  /** Of a namespace; see {@link catchUp}. */
  of(namespace: string): StagedValidator[] {
    return [...this.#running.values()].filter((running) => running.namespace === namespace).map(({ tableName, type, state }) => ({ tableName, type, state }));
  }

  /** Tables whose documents are known to match what `next` is to enforce, and up to which timestamp. */
  matchedAt(namespace: string, next: SchemaJson | null): Map<string, number> {
    const matched = new Map<string, number>();
    for (const { documentType, tableName } of next?.tables ?? []) {
      const running = this.#running.get(keyOf(namespace, tableName));
      if (running?.state.state === "valid" && documentType !== null && acceptsAll(documentType, running.type)) matched.set(tableName, running.check.followedTs);
    }
    return matched;
  }

  /** To be waited for before the database is closed. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { check } of this.#running.values()) check.stop();
    await this.#work;
    this.#store();
  }

  #start(namespace: string, tableName: string, type: ValidatorJson, known: Pick<Outcome, "ts" | "error"> | null): void {
    const key = keyOf(namespace, tableName);
    this.#running.get(key)?.check.stop();
    this.#running.set(key, new Running(this.database, namespace, tableName, type, known));
  }

  /** An error in it is a bug or a disk that can't be read: it is not caught, and ends the engine. */
  #wake(): void {
    if (this.#work !== null || this.#running.size === 0) return;
    this.#work = this.#keepUp().finally(() => {
      this.#work = null;
      if (!this.#closing.signal.aborted) this.#wake();
    });
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#running.size > 0 && !signal.aborted) {
      const before = [...this.#running.values()].map(({ state }) => state.state).join();
      for (const { check } of [...this.#running.values()]) {
        await check.run();
        await check.catchUp();
      }
      const after = [...this.#running.values()].map(({ state }) => state.state).join();
      if (signal.aborted) return;
      if (before !== after || performance.now() - this.#storedMs > STORE_MS) this.#store();
      await delay(FOLLOW_MS, undefined, { signal, ref: false }).catch(() => undefined); // aborted when closed
    }
  }

  #store(): void {
    this.#storedMs = performance.now();
    const text = JSON.stringify([...this.#running.values()].flatMap((running) => running.outcome ?? []));
    if (text !== (this.database.reader.get(OUTCOMES_KEY) ?? "[]")) this.database.applyUnseen([[OUTCOMES_KEY, text]]);
  }
}

class Running {
  readonly check: SchemaCheck;
  /** That of an earlier process. */
  readonly #error: string | null;

  constructor(
    database: Database,
    readonly namespace: string,
    readonly tableName: string,
    readonly type: ValidatorJson,
    known: Pick<Outcome, "ts" | "error"> | null,
  ) {
    const schema = new Schema({ tables: [{ tableName, indexes: [], documentType: type }], schemaValidation: true });
    this.#error = known?.error ?? null;
    const matchedAt = new Map(known === null || known.error !== null ? [] : [[tableName, known.ts]]);
    this.check = new SchemaCheck({ database, namespace, schema, tableNames: [tableName], matchedAt });
    if (this.#error !== null) this.check.stop();
  }

  get state(): StagedState {
    const { outcome, documentsDone } = this.check;
    if (this.#error !== null) return { state: "failed", error: this.#error };
    if (outcome.state === "failed") return { state: "failed", error: outcome.failure.message };
    return outcome.state === "valid" ? outcome : { state: "pending", documentsDone };
  }

  get outcome(): Outcome | null {
    const { namespace, tableName, type, state } = this;
    if (state.state === "pending") return null;
    return { namespace, tableName, type, error: state.state === "failed" ? state.error : null, ts: this.check.followedTs };
  }
}

/** Null where documents are not held against schemas, or the table stages nothing. */
function stagedType(schema: SchemaJson | null, tableName: string): ValidatorJson | null {
  if (schema === null || !schema.schemaValidation) return null;
  return schema.tables.find((table) => table.tableName === tableName)?.stagedDocumentType ?? null;
}

function keyOf(namespace: string, tableName: string): string {
  return `${namespace}:${tableName}`;
}
