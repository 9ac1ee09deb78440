/** Starts and ends the server that answers at once (instant.ts). */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MODULE = fileURLToPath(new URL("./instant.ts", import.meta.url));

export class InstantServer implements AsyncDisposable {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<InstantServer> {
    const child = fork(MODULE, { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const exited = once(child, "exit").then(() => Promise.reject(new Error("The server for the ceilings ended before it was ready; see what it wrote above.")));
    const [port] = (await Promise.race([once(child, "message"), exited])) as [number];
    exited.catch(() => {}); // from now on its end is ours
    return new InstantServer(`http://127.0.0.1:${port}`, child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.disconnect();
    await exited;
  }
}
