/**
 * Transfers through the engine alone, in this process: sessions, function runner, database and LMDB store of a data folder
 * that a server left, without threads between, sockets or framing. What remains is the cost of the engine itself.
 */
import type { FromEngine } from "../../src/server/engine-messages.js";
import { openBuiltEngine, type Inbox } from "./built-engine.js";
import { runLoop, type Loop, type LoopConnection, type LoopTimes } from "./closed-loop.js";
import { Meter, type Measurement } from "./meter.js";
import { answeredRequest, connectMessage, mutationMessage } from "./sync-protocol.js";
import { TRANSFER, transfers, type Transfer, type TransferPlan } from "./transfers.js";

export interface EngineLoad extends LoopTimes {
  readonly kind: "engine";
  readonly dataFolder: string;
  readonly sessions: number;
  readonly inFlight: number;
  readonly plan: TransferPlan;
}

export async function runEngineLoad(load: EngineLoad): Promise<Measurement> {
  const sessions: EngineSession[] = [];
  const engine = await openBuiltEngine(load.dataFolder, (batch) => deliver(batch, sessions));
  const next = transfers(load.plan);
  try {
    return await runLoop(new Meter(process.pid), load, (loop) => {
      for (let socket = 0; socket < load.sessions; socket++) sessions.push(new EngineSession(socket, load.inFlight, next, engine.inbox, loop));
      return Promise.resolve(sessions);
    });
  } finally {
    await engine.close();
  }
}

function deliver(batch: readonly FromEngine[], sessions: readonly EngineSession[]): void {
  for (const message of batch) {
    if (message.type === "send") sessions[message.socket]!.receive(message.text);
    else if (message.type === "close") sessions[message.socket]!.closed(message.reason);
  }
}

class EngineSession implements LoopConnection {
  readonly #sentMs: number[] = [];

  constructor(
    private readonly socket: number,
    private readonly inFlight: number,
    private readonly next: () => Transfer,
    private readonly inbox: Inbox,
    private readonly loop: Loop,
  ) {}

  begin(): void {
    this.inbox.add({ type: "socketOpened", socket: this.socket, client: { ip: null, userAgent: null } });
    this.inbox.add({ type: "frame", socket: this.socket, text: connectMessage() });
    for (let i = 0; i < this.inFlight; i++) this.#send();
  }

  close(): void {
    this.inbox.add({ type: "socketClosed", socket: this.socket });
  }

  closed(reason: string): void {
    this.loop.failed(new Error(`The engine closed a session: ${reason}`));
  }

  receive(frame: string): void {
    const requestId = this.#requestOf(frame);
    if (requestId === null) return;
    this.loop.meter.record(performance.now() - this.#sentMs[requestId]!);
    if (this.loop.isOpen) this.#send();
    this.loop.answered(1);
  }

  #requestOf(frame: string): number | null {
    try {
      return answeredRequest(frame);
    } catch (error) {
      this.loop.failed(error as Error);
      return null;
    }
  }

  #send(): void {
    const requestId = this.#sentMs.push(performance.now()) - 1;
    this.loop.sent(1);
    this.inbox.add({ type: "frame", socket: this.socket, text: mutationMessage(requestId, TRANSFER, this.next()) });
  }
}
