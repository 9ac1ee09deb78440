/**
 * A connector as others write it: walks a snapshot, follows the changes since, and keeps a copy. It keeps numbers as doubles, and
 * checks what the API promises of every reply.
 */
import { ADMIN_KEY, type TestServer } from "../harness.js";

export interface Exported {
  readonly _id: string;
  readonly _ts: number;
  readonly _deleted: boolean;
  readonly _table: string;
  readonly _component: string;
  readonly [field: string]: unknown;
}

export interface Page {
  readonly values: readonly Exported[];
  readonly snapshot: number;
  readonly cursor: string & number;
  readonly hasMore: boolean;
}

export type Parameters = Readonly<Record<string, string | number | boolean | null | undefined>>;

export async function ask<T>(server: TestServer, path: string, parameters: Parameters = {}, method: "GET" | "POST" = "GET"): Promise<{ status: number; body: T }> {
  const url = new URL(`/api/${path}`, server.url);
  if (method === "GET") for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, String(value));
  const response = await fetch(url, { method, headers: { Authorization: `Convex ${ADMIN_KEY}`, "Convex-Client": "airbyte-export-0.2.0" }, ...(method === "POST" ? { body: JSON.stringify(parameters) } : {}) });
  return { status: response.status, body: (await response.json()) as T };
}

async function page(server: TestServer, path: string, parameters: Parameters): Promise<Page> {
  const { status, body } = await ask<Page>(server, path, parameters);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export class Connector {
  readonly copy = new Map<string, Exported>();
  snapshot: number | undefined;
  cursor: string | number | undefined;
  #isWalking = true;
  #lastTs = 0;
  readonly #seen = new Set<string>();
  changes = 0;

  constructor(
    private readonly server: TestServer,
    private readonly selection: Parameters = {},
  ) {}

  /** One page of the walk; false after the last. */
  async walk(): Promise<boolean> {
    if (!this.#isWalking) throw new Error("The walk has ended.");
    const { values, snapshot, cursor, hasMore } = await page(this.server, "list_snapshot", { ...this.selection, snapshot: this.snapshot, cursor: this.cursor });
    if (this.snapshot !== undefined && snapshot !== this.snapshot) throw new Error(`The snapshot changed from ${this.snapshot} to ${snapshot}.`);
    for (const value of values) {
      if (this.copy.has(value._id)) throw new Error(`${value._id} came twice.`);
      this.copy.set(value._id, value);
    }
    this.snapshot = snapshot;
    this.cursor = hasMore ? cursor : snapshot;
    this.#isWalking = hasMore;
    return hasMore;
  }

  /** One page of changes; false where there are no more for now. */
  async follow(): Promise<boolean> {
    const { values, cursor, hasMore } = await page(this.server, "document_deltas", { ...this.selection, cursor: this.cursor });
    if (values.length > 0 && values[0]!._ts <= this.#lastTs) throw new Error(`A commit was split: ${values[0]!._ts} after ${this.#lastTs}.`);
    for (const value of values) this.#apply(value);
    if (cursor < this.#lastTs) throw new Error(`The cursor ${cursor} is before ${this.#lastTs}.`);
    this.cursor = cursor;
    return hasMore;
  }

  async followAll(): Promise<void> {
    while (await this.follow()) continue;
  }

  #apply(value: Exported): void {
    const name = `${value._ts} ${value._id}`;
    if (this.#seen.has(name)) throw new Error(`The change ${name} came twice.`);
    if (value._ts < this.#lastTs || value._ts <= this.snapshot!) throw new Error(`A change of ${value._ts} came after ${Math.max(this.#lastTs, this.snapshot!)}.`);
    this.#seen.add(name);
    this.#lastTs = value._ts;
    this.changes++;
    if (!value._deleted) this.copy.set(value._id, value);
    else if (!this.copy.delete(value._id)) throw new Error(`${value._id} was deleted and is not in the copy.`);
  }
}
