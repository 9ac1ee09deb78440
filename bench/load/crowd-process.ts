/** A crowd (crowd.ts) in a process of its own: it is told what to do by messages, one at a time. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CrowdPlan, Return } from "./crowd.js";

const PROGRAM = fileURLToPath(new URL("./crowd-main.ts", import.meta.url));

export type CrowdOrder = { readonly type: "gather"; readonly plan: CrowdPlan } | { readonly type: "return" | "leave" } | { readonly type: "see"; readonly value: number };
export type CrowdReply = { readonly type: "done" } | ({ readonly type: "returned" } & Return) | { readonly type: "failed"; readonly message: string };

export class CrowdProcess implements AsyncDisposable {
  readonly #child: ChildProcess = fork(PROGRAM, { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] });

  /** Resolves when every socket has the results of all its queries. */
  static async gather(plan: CrowdPlan): Promise<CrowdProcess> {
    const crowd = new CrowdProcess();
    try {
      await crowd.#ask({ type: "gather", plan });
    } catch (error) {
      await crowd[Symbol.asyncDispose]();
      throw error;
    }
    return crowd;
  }

  /** To be called before the server is ended: resolves when it is there again and all are back. */
  async untilReturned(): Promise<Return> {
    const reply = await this.#ask({ type: "return" });
    if (reply.type !== "returned") throw new Error("The crowd did not say when it came back.");
    return reply;
  }

  /** Resolves when everybody was told this value of the shared query. */
  async untilShown(value: number): Promise<void> {
    await this.#ask({ type: "see", value });
  }

  async leave(): Promise<void> {
    await this.#ask({ type: "leave" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || !this.#child.connected) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  async #ask(order: CrowdOrder): Promise<Exclude<CrowdReply, { type: "failed" }>> {
    const replied = once(this.#child, "message").then(([reply]) => reply as CrowdReply);
    const ended = once(this.#child, "exit").then(([code]): CrowdReply => ({ type: "failed", message: `A crowd ended with code ${String(code)}; see what it wrote above.` }));
    this.#child.send(order);
    const reply = await Promise.race([replied, ended]);
    if (reply.type === "failed") throw new Error(reply.message);
    return reply;
  }
}
