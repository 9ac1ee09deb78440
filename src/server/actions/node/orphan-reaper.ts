/**
 * Ends child processes that outlive the engine. A child ends by itself when its channel closes, but not one that is in an
 * endless loop when the server is killed. So a shell waits for the end of a pipe that nobody but the engine holds open:
 *
 *     engine ──── "add 123", "drop 123" ────▶ sh      the engine is gone: the pipe ends, and sh kills who is left
 *
 * One for all children, started with the first. Where there is no shell, such children are left to the operator.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { HAS_GROUPS } from "./process-group.js";

/** The pause lets children end by themselves first. */
const SCRIPT = `
pids=
while read -r verb pid; do
  case $verb in
    add) pids="$pids $pid" ;;
    drop) left=; for p in $pids; do [ "$p" = "$pid" ] || left="$left $p"; done; pids=$left ;;
  esac
done
[ -z "$pids" ] || sleep 1
for p in $pids; do kill -s KILL -- "-$p"; done
`;

export class OrphanReaper {
  #shell: ChildProcess | null = null;
  readonly #pids = new Set<number>();

  /** The leader of a process group. */
  add(pid: number): void {
    this.#pids.add(pid);
    if (this.#shell === null) this.#start();
    else this.#tell(`add ${pid}\n`);
  }

  drop(pid: number): void {
    this.#pids.delete(pid);
    this.#tell(`drop ${pid}\n`);
  }

  #start(): void {
    if (!HAS_GROUPS) return;
    const shell = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], env: { PATH: process.env["PATH"] }, detached: true });
    this.#shell = shell;
    const forget = (): void => {
      if (this.#shell === shell) this.#shell = null;
    };
    shell.on("error", forget).on("exit", forget);
    shell.stdin.on("error", forget);
    shell.unref();
    (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
    this.#tell([...this.#pids].map((pid) => `add ${pid}\n`).join(""));
  }

  #tell(lines: string): void {
    this.#shell?.stdin?.write(lines);
  }
}
