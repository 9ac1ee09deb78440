/** The example's engine, pushed with the public CLI to a server whose clock the tests turn, with its source and its issuer's keys. */
import { join } from "node:path";
import type { ConvexHttpClient } from "convex/browser";
import { createSigningKey, dataUri } from "../../examples/issuer/signing-key.js";
import { Tokens } from "../../examples/issuer/tokens.js";
import { viewerAccount, type Account } from "../../examples/sync/issuer/accounts.js";
import SETTINGS from "../../examples/sync/issuer/settings.js";
import { World } from "../../examples/sync/source/world.js";
import { ADMIN_KEY, COMPONENT_PACKAGES, mutationNamed, queryNamed, ROOT, startServer, until, type TestServer } from "../harness.js";
import { WatchedSource } from "./watched-source.js";

const SYNC = join(ROOT, "examples", "sync");
const ISSUER_NAME = "https://issuer.test";
/** Longer than the clock is turned in a test. */
const TOKEN_SECONDS = 7 * 24 * 3_600;

/** As `convex/model/timing.ts` has them when no variable is set. */
export const LIFE = { heartbeatMs: 20_000, coldAfterMs: 60_000, scanMs: 30_000, leaseMs: 20_000 };
export const CATALOGUE = "catalogue";
export const WORKERS_MAX = 4;

const RUNS = "rivulet_engine_live_query_runs_total";

export interface SyncState {
  readonly key: string;
  readonly phase: "idle" | "queued" | "running";
  readonly watchers: number;
  readonly syncedAt: number | null;
  readonly problem: string | null;
  readonly counts: Readonly<Record<"fetches" | "unchanged" | "changed" | "failed", number>>;
}

export class Whiteboard implements AsyncDisposable {
  readonly #viewers = new Map<string, ConvexHttpClient>();

  private constructor(
    readonly server: TestServer,
    readonly world: World,
    readonly source: WatchedSource,
    readonly tokens: Tokens,
  ) {}

  static async start(boardCount: number): Promise<Whiteboard> {
    const [server, key] = await Promise.all([startServer({ flags: ["--test-clock", "yes"] }), createSigningKey(SETTINGS.algorithm)]);
    const world = new World(boardCount);
    const whiteboard = new Whiteboard(server, world, await WatchedSource.start(world), new Tokens({ ...SETTINGS, key, issuer: ISSUER_NAME, seconds: TOKEN_SECONDS }));
    await whiteboard.setVariables({ WHITEBOARD_ISSUER: ISSUER_NAME, WHITEBOARD_JWKS: dataUri(key.publicKeys), SOURCE_URL: whiteboard.source.url });
    await server.deploy(SYNC, COMPONENT_PACKAGES);
    return whiteboard;
  }

  /** As `npx convex env set`; an empty text takes the default. */
  async setVariables(variables: Readonly<Record<string, string>>): Promise<void> {
    const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
    await this.#post("/api/update_environment_variables", { changes });
  }

  async viewer(account: Account): Promise<ConvexHttpClient> {
    const known = this.#viewers.get(account.id);
    if (known !== undefined) return known;
    const client = this.server.http();
    client.setAuth(await this.tokens.identity(account));
    this.#viewers.set(account.id, client);
    return client;
  }

  /** Of Viewer `number`. @returns the keys that the engine does not know */
  async beat(keys: readonly string[], number = 1): Promise<string[]> {
    const viewer = await this.viewer(viewerAccount(number));
    return ((await viewer.mutation(mutationNamed("presence:heartbeat"), { keys })) as { unknown: string[] }).unknown;
  }

  /** Looks at the catalogue until the engine has all boards of the world. */
  async loadCatalogue(): Promise<void> {
    await this.beat([CATALOGUE]);
    await until(async () => (await this.states()).length === this.world.ids.length + 1, "the catalogue");
    await this.settled();
  }

  /** Turns the clock, and has the scan run for the new time. */
  async pass(ms: number): Promise<{ left: number; due: number; sent: number }> {
    await this.server.advanceClock(ms);
    return await this.scan();
  }

  /** As the cron does. */
  async scan(): Promise<{ left: number; due: number; sent: number }> {
    return (await this.internal("scan:run", {})) as { left: number; due: number; sent: number };
  }

  async states(): Promise<SyncState[]> {
    return ((await this.server.http().query(queryNamed("engine:states"), {})) as { subjects: SyncState[] }).subjects;
  }

  async state(key: string): Promise<SyncState> {
    const state = (await this.server.http().query(queryNamed("engine:state"), { key })) as SyncState | null;
    if (state === null) throw new Error(`The engine does not know ${key}`);
    return state;
  }

  async settled(): Promise<void> {
    await until(async () => (await this.states()).every(({ phase }) => phase === "idle"), "the engine to have nothing to do");
  }

  async subject(key: string): Promise<unknown> {
    return await this.server.http().query(queryNamed("subjects:get"), { key });
  }

  async digest(): Promise<{ subjects: number; digest: string }> {
    return (await this.internal("admin:digest", {})) as { subjects: number; digest: string };
  }

  async wipe(): Promise<void> {
    await this.internal("admin:wipe", {});
    await until(async () => (await this.digest()).subjects === 0, "the tables to be empty");
  }

  /** How many runs of live queries there were so far. */
  async runs(): Promise<number> {
    return await this.server.metric(RUNS);
  }

  /** A function of the app that clients cannot call. */
  async internal(path: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const answer = (await this.#post("/api/function", { path, args, format: "json" })) as { status: string; value: unknown; errorMessage?: string };
    if (answer.status !== "success") throw new Error(`${path} failed: ${String(answer.errorMessage)}`);
    return answer.value;
  }

  async #post(route: string, body: unknown): Promise<unknown> {
    const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
    const response = await fetch(this.server.url + route, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok && response.status !== 560) throw new Error(`POST ${route} failed: ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.source.release();
    await this.server[Symbol.asyncDispose]();
    await this.source[Symbol.asyncDispose]();
  }
}
