/**
 * The server that is measured: the built `rivulet`, in a process and a data folder of its own, with the bench app deployed
 * by the public CLI. It can be stopped and started again on the same data, for the engine alone to work on between.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { ConvexHttpClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { untilDisposed } from "./ending.js";
import { ADMIN_KEY, copyApp, ROOT, runConvex, temporaryFolder } from "../tests/harness.js";

const BIN = join(ROOT, "dist", "cli", "main.js");
const APP = join(ROOT, "bench", "app");
const OPENED_AT_ONCE = 500;
const SUMMED_AT_ONCE = 5_000;
const OPENING_BALANCE = 1_000_000;

interface Page {
  readonly sum: number;
  readonly accounts: number;
  readonly isDone: boolean;
  readonly cursor: string;
}

/** Functions of the bench app; it is deployed from a copy, so there is no generated `api` to import. */
const accountsApi = anyApi["accounts"]! as unknown as {
  readonly openMany: FunctionReference<"mutation", "public", { count: number; balance: number }, string[]>;
  readonly sumOfPage: FunctionReference<"query", "public", { cursor: string | null; count: number }, Page>;
};

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

export class BenchServer implements AsyncDisposable {
  #running: Running | null = null;
  readonly #held = untilDisposed(() => this.#remove());

  private constructor(
    readonly dataFolder: string,
    private readonly nodeFlags: readonly string[],
  ) {}

  /** `nodeFlags` are for the server's process, such as those of the profiler. */
  static async create(nodeFlags: readonly string[] = []): Promise<BenchServer> {
    const server = new BenchServer(await temporaryFolder(), nodeFlags);
    try {
      await server.start();
      await server.#deploy();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get url(): string {
    return this.#mustRun().url;
  }

  get pid(): number {
    return this.#mustRun().child.pid!;
  }

  /** No-op while it runs. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const child = spawn(process.execPath, [...this.nodeFlags, BIN, "start", "--data", this.dataFolder, "--port", "0", "--log-level", "warn"], {
      env: { ...process.env, RIVULET_ADMIN_KEY: ADMIN_KEY },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#running = { child, url: await readyUrl(child) };
  }

  /** Lets it finish what it began. No-op while it is stopped. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null || running.child.exitCode !== null) return;
    const exited = once(running.child, "exit");
    running.child.kill("SIGTERM");
    await exited;
  }

  /** Ids of new accounts. */
  async openAccounts(count: number): Promise<string[]> {
    const client = this.#client();
    const ids: string[] = [];
    while (ids.length < count) {
      const next = Math.min(OPENED_AT_ONCE, count - ids.length);
      ids.push(...(await client.mutation(accountsApi.openMany, { count: next, balance: OPENING_BALANCE })));
    }
    return ids;
  }

  /** Sum of all balances: transfers must leave it as it is. */
  async total(): Promise<number> {
    const client = this.#client();
    let total = 0;
    for (let cursor: string | null = null; ; ) {
      const page: Page = await client.query(accountsApi.sumOfPage, { cursor, count: SUMMED_AT_ONCE });
      total += page.sum;
      if (page.isDone) return total;
      cursor = page.cursor;
    }
  }

  /** A figure of `/metrics` by its name. */
  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const text = await response.text();
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
    if (line === undefined) throw new Error(`The server's /metrics has no ${name}.`);
    return Number(line.slice(name.length + 1));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#held[Symbol.asyncDispose]();
  }

  async #remove(): Promise<void> {
    await this.stop();
    await rm(this.dataFolder, { recursive: true, force: true });
  }

  #client(): ConvexHttpClient {
    return new ConvexHttpClient(this.url, { logger: false });
  }

  #mustRun(): Running {
    if (this.#running === null) throw new Error("The server is stopped.");
    return this.#running;
  }

  async #deploy(): Promise<void> {
    const folder = await copyApp(APP);
    try {
      const environment = { CONVEX_SELF_HOSTED_URL: this.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY };
      const { code, output } = await runConvex(folder, ["deploy", "--typecheck", "disable", "--yes"], environment);
      if (code !== 0) throw new Error(`The bench app could not be deployed:\n${output}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const match = /ready at (http\S+)/.exec(output);
      if (match !== null) resolve(match[1]!);
    });
    child.once("exit", (code) => reject(new Error(`The server ended with code ${String(code)} before it was ready; see what it wrote above.\n${output}`)));
  });
}
