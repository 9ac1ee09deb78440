/**
 * The server that is measured: the built `rivulet`, in a process and a data folder of its own, with the bench app deployed
 * by the public CLI. It can be stopped and started again on the same data, for the engine alone to work on between.
 */
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { ConvexHttpClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { withoutNotices } from "./collected-memory.js";
import { untilDisposed } from "./ending.js";
import { push, pushRecorded } from "../tests/recorded-pushes.js";
import { serverFigure } from "./load/server-counter.js";
import { ADMIN_KEY, copyApp, ROOT, runConvex, temporaryFolder } from "../tests/harness.js";

const BIN = join(ROOT, "dist", "cli", "main.js");
const APP = join(ROOT, "bench", "app");
const OPENED_AT_ONCE = 500;
const SUMMED_AT_ONCE = 5_000;
/** A machine that is busy with other things must not make a large call of ours fail. */
const FUNCTION_TIME_MAX = "30s";
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
  readonly errors: { text: string };
}

export class BenchServer implements AsyncDisposable {
  #running: Running | null = null;
  readonly #held = untilDisposed(() => this.#remove());
  /** The same at every start. */
  #port = "0";
  #push = "";

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

  /** What it has written to its error stream since its start. */
  get stderr(): string {
    return this.#mustRun().errors.text;
  }

  /** No-op while it runs. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const child = spawn(process.execPath, [...this.nodeFlags, BIN, "start", "--data", this.dataFolder, "--port", this.#port, "--log-level", "warn", "--function-time-max", FUNCTION_TIME_MAX], {
      env: { ...process.env, RIVULET_ADMIN_KEY: ADMIN_KEY },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors = { text: "" };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors.text += text;
      process.stderr.write(withoutNotices(text));
    });
    const url = await readyUrl(child);
    this.#port = new URL(url).port;
    this.#running = { child, url, errors };
  }

  /** Lets it finish what it began. No-op while it is stopped. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** As a power cut would end it. No-op while it is stopped. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null || running.child.exitCode !== null) return;
    const exited = once(running.child, "exit");
    running.child.kill(signal);
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

  /** The push of the bench app, as the CLI sent it, to be changed and pushed again. */
  get appPush(): string {
    return this.#push;
  }

  /** Deploys. @param body see {@link appPush} */
  async push(body: string): Promise<void> {
    await push(body, { url: this.url, adminKey: ADMIN_KEY });
  }

  /** A figure of `/metrics` by its name. */
  metric(name: string): Promise<number> {
    return serverFigure(this.url, name);
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
      const packages = await realpath(join(folder, "node_modules"));
      const pushed = await pushRecorded(folder, packages, { url: this.url, adminKey: ADMIN_KEY }, async (url) => {
        const environment = { CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY };
        const { code, output } = await runConvex(folder, ["deploy", "--typecheck", "disable", "--yes", "--push-all-modules"], environment);
        if (code !== 0) throw new Error(`The bench app could not be deployed:\n${output}`);
      });
      if (pushed === null) throw new Error("The bench app was not sent by the command that deploys it.");
      this.#push = pushed;
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
