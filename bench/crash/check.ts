/**
 * Kills a server in the middle of writes, again and again on the same data, and compares what is there afterwards with
 * what its clients were told.
 *
 *     round   begin ─ writes … SIGKILL ─ start ─ audit 1 ─ clients come back, resend ─ all answered ─ audit 2
 *                                                   │                                                   │
 *                        everything acknowledged, nothing half done              everything sent, exactly once
 *
 * Audits see one timestamp each. At the end every round is audited again, since a later crash must not harm it either.
 */
import { setTimeout } from "node:timers/promises";
import { anyApi, type FunctionReference } from "convex/server";
import { join } from "node:path";
import { ROOT, startServer, type TestServer } from "../../tests/harness.js";
import { between, seededRandom, type Random } from "../load/random.js";
import { Ledger } from "./ledger.js";
import { OfficialClient, type AddPair } from "./official-client.js";
import { RawClient } from "./raw-client.js";
import { judge, type Audit, type Verdict } from "./verdict.js";

export interface CrashCheckOptions {
  readonly rounds: number;
  /** Chooses how many clients there are, what each keeps in flight, and when the server is killed. */
  readonly seed: number;
  /** Kept for a look inside when given; else a temporary one. */
  readonly dataFolder?: string;
  readonly onProgress?: (text: string) => void;
}

export interface CrashReport {
  readonly rounds: number;
  /** Mutations that a client had an answer for. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly torn: number;
  readonly duplicated: number;
  readonly seed: number;
  /** Mutations that were under way when the server was killed, over all rounds. */
  readonly inFlightAtKill: number;
  /** Requests that clients sent again. */
  readonly resent: number;
  /** Why the server closed sockets though it was not killed: no harm to the data, but a sign of trouble. */
  readonly turnedAway: readonly string[];
  /** What the server wrote to its error stream, at level "error": the last lines. */
  readonly serverErrors: readonly string[];
  /** What was found, for people: at most a few of each kind. */
  readonly findings: readonly string[];
}

const APP = join(ROOT, "bench", "crash", "app");
const OFFICIAL_CLIENTS = 2;
const OFFICIAL_IN_FLIGHT = 8;
const CLIENTS_MIN = 2;
const CLIENTS_MAX = 8;
const IN_FLIGHT_MAX = 48;
/** Acknowledgements in a round before the kill is due; a round's audit may read 32,000 documents. */
const ACKNOWLEDGED_MIN = 50;
const ACKNOWLEDGED_MAX = 2_000;
/** Answers come in waves, one for each group; the kill comes at any time between them. */
const KILL_DELAY_MS_MAX = 15;
const ANSWERS_MS_MAX = 60_000;
const FINDINGS_MAX = 20;

const pairs = anyApi["pairs"]! as unknown as { readonly add: AddPair; readonly audit: FunctionReference<"query", "public", { round: number }, Audit> };

export async function checkCrashes(options: CrashCheckOptions): Promise<CrashReport> {
  await using server = await startServer({ ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }), flags: ["--log-level", "error"] });
  await server.deploy(APP);
  const check = new CrashCheck(server, seededRandom(options.seed));
  try {
    for (let round = 0; round < options.rounds; round++) {
      await check.round();
      options.onProgress?.(check.progress);
    }
    await check.finish();
  } finally {
    check.close();
  }
  return { ...check.report(), rounds: options.rounds, seed: options.seed };
}

class CrashCheck {
  readonly #server: TestServer;
  readonly #random: Random;
  readonly #ledger = new Ledger();
  readonly #raw: RawClient[];
  readonly #official: OfficialClient[];
  readonly #found = { lost: new Set<string>(), torn: new Set<string>(), duplicated: new Set<string>() };
  #inFlightAtKill = 0;
  #fail: (error: Error) => void = () => {};
  readonly #failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  constructor(server: TestServer, random: Random) {
    this.#server = server;
    this.#random = random;
    this.#failure.catch(() => {}); // heard by whoever races against it
    this.#ledger.beginRound();
    const onError = (error: Error) => this.#fail(error);
    this.#raw = Array.from({ length: CLIENTS_MAX }, (_, i) => new RawClient(`raw${i}`, this.#ledger, onError));
    this.#official = Array.from({ length: OFFICIAL_CLIENTS }, (_, i) => new OfficialClient(`official${i}`, server.client(), pairs.add, this.#ledger, OFFICIAL_IN_FLIGHT, onError));
  }

  get progress(): string {
    const { acknowledged, lost, torn, duplicated, turnedAway } = this.report();
    return `round ${this.#ledger.round}: ${acknowledged} acknowledged, ${lost} lost, ${torn} torn, ${duplicated} duplicated${turnedAway.length === 0 ? "" : `, ${turnedAway.length} turned away`}`;
  }

  async round(): Promise<void> {
    const round = this.#ledger.round;
    if (round === 0) await this.#connect();
    const writers = this.#raw.slice(0, between(this.#random, CLIENTS_MIN, CLIENTS_MAX));
    for (const client of writers) client.begin(between(this.#random, 1, IN_FLIGHT_MAX));
    await this.#killInTheMiddle();
    for (const client of writers) client.pause();
    await this.#server.start();
    await this.#audit(round);
    await this.#connect();
    await this.#inTime(Promise.all(writers.map((client) => client.answered())));
    await this.#audit(round);
    this.#ledger.beginRound();
  }

  /** Lets the official clients catch up and audits every round once more. */
  async finish(): Promise<void> {
    await this.#inTime(Promise.all(this.#official.map((client) => client.finish())));
    for (let round = 0; round <= this.#ledger.round; round++) await this.#audit(round);
    if (this.#ledger.unanswered > 0) throw new Error(`${this.#ledger.unanswered} mutations were never answered.`);
  }

  report(): Omit<CrashReport, "rounds" | "seed"> {
    const { lost, torn, duplicated } = this.#found;
    return {
      acknowledged: this.#ledger.acknowledged,
      lost: lost.size,
      torn: torn.size,
      duplicated: duplicated.size,
      inFlightAtKill: this.#inFlightAtKill,
      resent: this.#raw.reduce((count, client) => count + client.resent, 0),
      turnedAway: this.#raw.flatMap((client) => client.turnedAway),
      serverErrors: this.#server.stderr.split("\n").filter((line) => line.trim() !== "").slice(-FINDINGS_MAX),
      findings: [...named("lost", lost), ...named("torn", torn), ...named("duplicated", duplicated)],
    };
  }

  close(): void {
    for (const client of this.#raw) client.close();
  }

  async #connect(): Promise<void> {
    await Promise.all(this.#raw.map((client) => client.comeBack(this.#server.url)));
  }

  async #killInTheMiddle(): Promise<void> {
    await this.#inTime(this.#ledger.afterMore(between(this.#random, ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX)));
    await setTimeout(this.#random() * KILL_DELAY_MS_MAX);
    for (const client of this.#raw) client.leave();
    await this.#server.kill();
    this.#inFlightAtKill += this.#ledger.unansweredIn(this.#ledger.round).length;
  }

  async #audit(round: number): Promise<void> {
    const acknowledged = this.#ledger.acknowledgedIn(round);
    const verdict = judge(acknowledged, await this.#server.http().query(pairs.audit, { round }));
    for (const kind of ["lost", "torn", "duplicated"] as const satisfies readonly (keyof Verdict)[]) {
      for (const finding of verdict[kind]) this.#found[kind].add(`round ${round}, ${finding}`);
    }
  }

  async #inTime(done: Promise<unknown>): Promise<void> {
    const timeout = new AbortController();
    const late = setTimeout(ANSWERS_MS_MAX, undefined, { signal: timeout.signal }).then(() => {
      throw new Error(`The server left ${this.#ledger.unanswered} mutations unanswered for ${ANSWERS_MS_MAX / 1000} s.\n${this.#server.stderr}`);
    });
    try {
      await Promise.race([done, this.#failure, late]);
    } finally {
      late.catch(() => {}); // aborted below, or thrown above
      timeout.abort();
    }
  }
}

function named(kind: string, findings: ReadonlySet<string>): string[] {
  return [...findings].slice(0, FINDINGS_MAX).map((finding) => `${kind}: ${finding}`);
}
