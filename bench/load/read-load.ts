/** Queries, over HTTP and through the engine alone: one function, called with some arguments in turn. */
import type { FromEngine } from "../../src/server/engine-messages.js";
import { openBuiltEngine, type BuiltEngine } from "./built-engine.js";
import { runLoop, type Loop, type LoopConnection, type LoopTimes } from "./closed-loop.js";
import { postRequest, runHttpCalls } from "./http-load.js";
import { Meter, type Measurement } from "./meter.js";

export interface ReadPlan {
  readonly path: string;
  readonly args: readonly object[];
}

export interface HttpReadLoad extends LoopTimes {
  readonly kind: "httpReads";
  readonly url: string;
  readonly serverPid: number;
  readonly connections: number;
  readonly plan: ReadPlan;
}

export interface EngineReadLoad extends LoopTimes {
  readonly kind: "engineReads";
  readonly dataFolder: string;
  readonly inFlight: number;
  readonly plan: ReadPlan;
}

export function runHttpReadLoad(load: HttpReadLoad): Promise<Measurement> {
  const requests = load.plan.args.map((args) => postRequest(load.url, { path: "/api/query", body: JSON.stringify({ path: load.plan.path, format: "convex_encoded_json", args: [args] }) }));
  let next = 0;
  return runHttpCalls(load, () => requests[next++ % requests.length]!);
}

export async function runEngineReadLoad(load: EngineReadLoad): Promise<Measurement> {
  let reader: EngineReader | null = null;
  const engine = await openBuiltEngine(load.dataFolder, (batch) => reader?.receive(batch));
  try {
    return await runLoop(new Meter(process.pid), load, (loop) => {
      reader = new EngineReader(load, engine, loop);
      return Promise.resolve([reader]);
    });
  } finally {
    await engine.close();
  }
}

class EngineReader implements LoopConnection {
  readonly #args: readonly string[];
  readonly #sentMs: number[] = [];

  constructor(
    private readonly load: EngineReadLoad,
    private readonly engine: BuiltEngine,
    private readonly loop: Loop,
  ) {
    this.#args = load.plan.args.map((args) => JSON.stringify(args));
  }

  begin(): void {
    for (let i = 0; i < this.load.inFlight; i++) this.#send();
  }

  close(): void {
    // Calls have no connection of their own.
  }

  receive(batch: readonly FromEngine[]): void {
    for (const message of batch) {
      if (message.type !== "reply") continue;
      const { id, reply } = message;
      if (!reply.ok) this.loop.failed(new Error(`A query failed: ${"body" in reply ? reply.body : reply.message}`));
      this.loop.meter.record(performance.now() - this.#sentMs[id]!);
      if (this.loop.isOpen) this.#send();
      this.loop.answered(1);
    }
  }

  #send(): void {
    const id = this.#sentMs.push(performance.now()) - 1;
    this.loop.sent(1);
    const call = {
      kind: "runFunction" as const,
      functionKind: "query" as const,
      path: this.load.plan.path,
      componentPath: "",
      args: this.#args[id % this.#args.length]!,
      credentials: { type: "none" as const },
      atTs: null,
      client: { ip: null, userAgent: null },
      requestId: "0123456789abcdef",
    };
    this.engine.inbox.add({ type: "call", id, call });
  }
}
