/**
 * A small HTTP server of this repository in a process of its own, which tells its parent the port and ends with it
 * (see ready.ts). Not for the server that is measured: that one is started as its users start it.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { untilDisposed } from "../ending.js";

export interface ForkedServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** @param module of the server, with `args` on its command line and `environment` besides this process's own */
export async function forkServer(module: URL, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<ForkedServer> {
  const child = fork(module, args, { execArgv: ["--import", "tsx"], env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const held = untilDisposed(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const endedEarly = exited.then(() => Promise.reject(new Error(`${module.pathname} ended before it was ready; see what it wrote above.`)));
  endedEarly.catch(() => {}); // once it is ready, its end is ours
  try {
    const [port] = (await Promise.race([once(child, "message"), endedEarly])) as [number];
    return { url: `http://127.0.0.1:${port}`, pid: child.pid!, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}
