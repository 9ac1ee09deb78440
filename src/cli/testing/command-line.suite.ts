/** Runs the rivulet command in this process (`runCommand`) or in one of its own (`spawnCommand`), before a scripted engine. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAKE_ENGINE } from "../../server/network/testing/test-server.suite.js";
import { runCommandLine } from "../program.js";

export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "rivulet-cli-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** The command gets its signal when a line that contains this has come out. */
  readonly interruptAt?: string;
}

export async function runCommand(args: readonly string[], { cwd = tmpdir(), environment = {}, interruptAt }: CommandOptions = {}): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  let interrupt: () => void = () => {};
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  const record = (lines: string[]) => (line: string) => {
    lines.push(line);
    if (interruptAt !== undefined && line.includes(interruptAt)) interrupt();
  };
  const io = { cwd, environment, out: record(out), err: record(err), interrupted, engineWorkerUrl: FAKE_ENGINE };
  const exitCode = await runCommandLine(args, io);
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}

export class SpawnedCommand implements AsyncDisposable {
  readonly process: ChildProcess;
  out = "";
  err = "";
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[]) {
    const script = fileURLToPath(new URL("./rivulet.mjs", import.meta.url));
    this.process = spawn(process.execPath, ["--import", "tsx", script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.process.stdout!.on("data", (data: Buffer) => (this.out += data.toString()));
    this.process.stderr!.on("data", (data: Buffer) => (this.err += data.toString()));
    this.exited = new Promise((resolve) => this.process.once("close", resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
  }
}
