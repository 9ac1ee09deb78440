/** A crowd in a process of its own (`crowd-main.ts`): it is told what to do by messages, one at a time. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CrowdJob, CrowdReport } from "./crowd.js";

const PROGRAM = fileURLToPath(new URL("./crowd-main.ts", import.meta.url));
export type Order = { readonly type: "gather"; readonly job: CrowdJob } | { readonly type: "begin" | "end" | "leave" };
export type Reply = { readonly type: "done"; readonly report: CrowdReport | null } | { readonly type: "failed"; readonly message: string };

export class CrowdProcess implements AsyncDisposable {
  readonly #child: ChildProcess = fork(PROGRAM, { execArgv: ["--import", "tsx"], serialization: "advanced" });

  async gather(job: CrowdJob): Promise<void> {
    await this.#ask({ type: "gather", job });
  }

  async begin(): Promise<void> {
    await this.#ask({ type: "begin" });
  }

  async end(): Promise<CrowdReport> {
    return (await this.#ask({ type: "end" }))!;
  }

  async leave(): Promise<void> {
    await this.#ask({ type: "leave" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  async #ask(order: Order): Promise<CrowdReport | null> {
    const replied = once(this.#child, "message").then(([reply]) => reply as Reply);
    const ended = once(this.#child, "exit").then(([code]): Reply => ({ type: "failed", message: `A crowd ended with code ${String(code)}; see what it wrote above.` }));
    this.#child.send(order);
    const reply = await Promise.race([replied, ended]);
    if (reply.type === "failed") throw new Error(reply.message);
    return reply.report;
  }
}
