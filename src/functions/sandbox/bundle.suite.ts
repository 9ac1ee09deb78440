/** For tests: bundles TypeScript files as the public CLI does, and makes sandboxes of the result. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DeterministicRandom } from "../deterministic-random.js";
import { bundleModules } from "./app-bundle.js";
import { formatLogLine } from "./console.js";
import { compileModule, type ModuleCode, type ModuleSource } from "./module-code.js";
import { Sandbox, type SandboxHost, type SandboxOptions } from "./sandbox.js";

/** Paths are relative to the convex folder; those that begin with "_" are no entry points. */
export type Files = Readonly<Record<string, string>>;

/** The public package's exports under the names that generated code gives them. */
const SERVER = `
export { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, internalQueryGeneric as internalQuery,
  internalMutationGeneric as internalMutation, httpActionGeneric as httpAction, httpRouter, cronJobs, makeFunctionReference } from "convex/server";`;

export async function bundle(files: Files): Promise<ModuleSource[]> {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-bundle-"));
  try {
    for (const [path, text] of Object.entries({ ...files, "_generated/server.ts": SERVER })) {
      mkdirSync(dirname(join(folder, "convex", path)), { recursive: true });
      writeFileSync(join(folder, "convex", path), text);
    }
    const entries = Object.keys(files).filter((path) => !path.startsWith("_"));
    return await bundleModules({ folder: join(folder, "convex"), entries: entries.map((path) => join(folder, "convex", path)), platform: "browser", nodePaths: [resolve("node_modules")] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function compile(files: Files): Promise<Map<string, ModuleCode>> {
  const modules = await Promise.all((await bundle(files)).map(compileModule));
  return new Map(modules.map((module) => [module.path, module]));
}

/** An execution's host that keeps what is printed. */
export class TestHost implements SandboxHost {
  readonly lines: string[] = [];
  readonly syscalls: string[] = [];
  readonly #random: DeterministicRandom;

  constructor(
    private readonly now = 1_700_000_000_000,
    seed = 1,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {
    this.#random = new DeterministicRandom(seed);
  }

  nowMs = (): number => this.now;
  random = (): number => this.#random.next();
  randomBytes = (length: number): Uint8Array => this.#random.bytes(length);
  randomUUID = (): string => this.#random.uuid();
  log: SandboxHost["log"] = (level, args) => void this.lines.push(formatLogLine(level, args));
  syscall = (op: string, args: string): string => `${this.syscalls.push(`${op} ${args}`)}`;
  asyncSyscall = (): Promise<string> => Promise.reject(new Error("not in this test"));
  jsSyscall = (): unknown => null;
  env = (name: string): string | undefined => (Object.hasOwn(this.environment, name) ? this.environment[name] : undefined);
  environmentNames = (): string[] => Object.keys(this.environment);
}

export type Outcome =
  | { readonly kind: "ok"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "timedOut" }
  | { readonly kind: "neverSettled" };

/** Sandbox of an app, and a way to run one function of it as one execution. */
export class TestApp {
  readonly sandbox: Sandbox;
  #host: SandboxHost | null = null;

  constructor(modules: ReadonlyMap<string, ModuleCode>, options: Partial<SandboxOptions> = {}) {
    this.sandbox = new Sandbox({ modules, host: () => this.#host, ...options });
  }

  static async of(files: Files, options: Partial<SandboxOptions> = {}): Promise<TestApp> {
    return new TestApp(await compile(files), options);
  }

  handler(path: string, name: string): (...args: never[]) => unknown {
    return (this.sandbox.load(path)[name] as { _handler: (...args: never[]) => unknown })._handler;
  }

  run(path: string, name: string, { ctx = {}, args = {}, host = new TestHost(), timeoutMs = 1_000 }: { ctx?: unknown; args?: unknown; host?: SandboxHost; timeoutMs?: number } = {}): Outcome {
    const handler = this.handler(path, name);
    let outcome: Outcome = { kind: "neverSettled" };
    this.#host = host;
    const result = this.sandbox.drive(
      () => this.sandbox.call(handler, [ctx, args], (value) => (outcome = { kind: "ok", value }), (error) => (outcome = { kind: "error", error })),
      timeoutMs,
    );
    this.#host = null;
    return result === "timedOut" ? { kind: "timedOut" } : outcome;
  }

  /** The value that a function returns, as JSON text made outside. */
  value(path: string, name: string, options: Parameters<TestApp["run"]>[2] = {}): unknown {
    const outcome = this.run(path, name, options);
    if (outcome.kind === "error") throw new Error(this.sandbox.mapStack(outcome.error));
    if (outcome.kind !== "ok") throw new Error(outcome.kind);
    return outcome.value;
  }
}
