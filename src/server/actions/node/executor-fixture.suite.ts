/** For tests: bundles of Node as the CLI makes them, in a folder; and an executor that is spoken to by its messages alone. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import type { ActionOutcome, FromExecutor, NodeCode, SyscallReply, ToExecutor } from "../../../functions/actions/executor-messages.js";
import type { Executor } from "../executor.js";
import { startNodeExecutor } from "./node-executor.js";

export class NodeFolder implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "rivulet node ")));

  /** Sources by their path in the developer's folder: "files.ts". */
  static async of(sources: Readonly<Record<string, string>>): Promise<NodeFolder> {
    const folder = new NodeFolder();
    await folder.write({ "package.json": '{"type":"module"}' });
    for (const [path, text] of Object.entries(await bundle(sources))) await folder.write({ [path]: text });
    return folder;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, path)), { recursive: true });
      await writeFile(join(this.path, path), text);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const PRELUDE = `import { action, internalAction } from "./_generated/server"; `;

/** Bundles and their maps, by path. */
export async function bundle(sources: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "rivulet-sources-")));
  try {
    const files = { "_generated/server.js": `export { actionGeneric as action, internalActionGeneric as internalAction } from "convex/server";`, ...sources };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(project, "convex", path)), { recursive: true });
      await writeFile(join(project, "convex", path), path.startsWith("_") ? text : PRELUDE + text);
    }
    const { outputFiles } = await build({
      entryPoints: Object.keys(sources).map((path) => join(project, "convex", path)),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "esnext",
      splitting: true,
      write: false,
      outdir: join(project, "out"),
      outbase: join(project, "convex"),
      sourcemap: true,
      sourcesContent: false,
      chunkNames: "_deps/node/[hash]",
      nodePaths: [resolve("node_modules")],
      define: { "process.env.NODE_ENV": '"production"' },
    });
    return Object.fromEntries(outputFiles.map(({ path, text }) => [relative(join(project, "out"), path), text]));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

export interface RunResult {
  readonly outcome: ActionOutcome;
  readonly isSpent: boolean;
  readonly logLines: readonly string[];
}

export type AnswerSyscall = (op: string, args: string) => SyscallReply | Promise<SyscallReply>;

export class TestExecutor implements AsyncDisposable {
  readonly executor: Executor<NodeCode>;
  readonly messages: FromExecutor[] = [];
  readonly exited: Promise<string>;
  #listener: (message: FromExecutor) => void = () => undefined;

  constructor(
    folder: NodeFolder,
    { environmentVariables = {}, memoryMbMax = 512, answer }: { environmentVariables?: Record<string, string>; memoryMbMax?: number; answer?: AnswerSyscall } = {},
  ) {
    let exit: (cause: string) => void;
    this.exited = new Promise((resolve) => (exit = resolve));
    this.executor = startNodeExecutor(
      { memoryMbMax, internalOrigin: "http://127.0.0.1:1" },
      {
        onMessage: (message) => {
          this.messages.push(message);
          if (message.type === "syscall" && answer !== undefined) void this.#reply(message.id, answer(message.op, message.args));
          this.#listener(message);
        },
        onExit: (cause) => exit(cause),
      },
    );
    this.executor.post({ type: "code", code: { folder: folder.path, environmentVariables, componentEnvironments: new Map() } });
  }

  /** Rejects with the cause where the process ends first. */
  async run(module: string, name: string, args: object = {}): Promise<RunResult> {
    const logLines: string[] = [];
    const done = new Promise<RunResult>((resolve) => {
      this.#listener = (message) => {
        if (message.type === "log") logLines.push(...message.lines);
        if (message.type === "done") resolve({ outcome: message.outcome, isSpent: message.isSpent, logLines });
      };
    });
    const run: ToExecutor<NodeCode> = { type: "run", port: null, job: { type: "action", module, name, args: JSON.stringify(args), requestId: "0123456789abcdef" } };
    this.executor.post(run);
    return await Promise.race([done, this.exited.then((cause) => Promise.reject(Object.assign(new Error(cause), { logLines })))]);
  }

  async #reply(id: number, reply: SyscallReply | Promise<SyscallReply>): Promise<void> {
    this.executor.post({ type: "syscallReply", id, reply: await reply });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.executor.end();
  }
}
