/** Transfers over sockets of the sync protocol, many in flight on each. Time is taken from send to MutationResponse. */
import { runLoop, type Loop, type LoopConnection, type LoopTimes } from "./closed-loop.js";
import { Meter, type Measurement } from "./meter.js";
import { answeredRequest, connectMessage, mutationMessage, SYNC_ROUTE, type Call } from "./sync-protocol.js";
import { Tape } from "./tape.js";
import { TRANSFER, transfers, type TransferPlan } from "./transfers.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface SocketLoad extends LoopTimes {
  readonly kind: "sockets";
  readonly url: string;
  readonly serverPid: number;
  readonly sockets: number;
  readonly inFlight: number;
  readonly plan: TransferPlan;
}

/** What is made ready beforehand, all connections together: more than any server has answered so far. */
const PREPARED_PER_SECOND = 25_000;

export function preparedPerConnection(times: LoopTimes, connections: number): number {
  return Math.ceil(((times.warmUpSeconds + times.seconds) * PREPARED_PER_SECOND) / connections);
}

export function runSocketLoad(load: SocketLoad): Promise<Measurement> {
  const transfer = transfers(load.plan);
  const next = (): Call => ({ udfPath: TRANSFER, args: transfer() });
  const prepared = preparedPerConnection(load, load.sockets);
  return runLoop(new Meter(load.serverPid), load, (loop) =>
    Promise.all(Array.from({ length: load.sockets }, () => SocketConnection.open(load.url, load.inFlight, loop, next, prepared))),
  );
}

/** One socket that sends mutations. */
export class SocketConnection implements LoopConnection {
  readonly #loop: Loop;
  readonly #inFlight: number;
  readonly #tape: Tape;
  readonly #sentMs: number[] = [];
  #socket: LoadWebSocket | null = null;
  #answered = 0;
  #answeredTotal = 0;
  #readMs = 0;

  private constructor(loop: Loop, inFlight: number, next: () => Call, prepared: number) {
    this.#loop = loop;
    this.#inFlight = inFlight;
    this.#tape = new Tape((requestId) => {
      const { udfPath, args } = next();
      return textFrame(mutationMessage(requestId, udfPath, args));
    }, prepared);
  }

  static async open(url: string, inFlight: number, loop: Loop, next: () => Call, prepared: number): Promise<SocketConnection> {
    const connection = new SocketConnection(loop, inFlight, next, prepared);
    connection.#socket = await LoadWebSocket.connect(`${url}${SYNC_ROUTE}`, {
      onText: (frame) => connection.#receive(frame),
      onReadEnd: () => connection.#refill(),
      onClose: (reason) => loop.failed(new Error(`The server closed a socket under load: ${reason}`)),
    });
    connection.#socket.send(textFrame(connectMessage()));
    return connection;
  }

  /** Mutations answered so far, in the measured window and outside. */
  get answeredTotal(): number {
    return this.#answeredTotal;
  }

  begin(): void {
    this.#send(this.#inFlight);
  }

  close(): void {
    this.#socket?.close();
  }

  #receive(frame: string): void {
    const requestId = this.#requestOf(frame);
    if (requestId === null) return;
    // One look at the clock for all answers of one read: they arrived together.
    if (this.#answered === 0) this.#readMs = performance.now();
    this.#answered++;
    this.#loop.meter.record(this.#readMs - this.#sentMs[requestId]!);
  }

  #requestOf(frame: string): number | null {
    try {
      return answeredRequest(frame);
    } catch (error) {
      this.#loop.failed(error as Error);
      return null;
    }
  }

  #refill(): void {
    const answered = this.#answered;
    if (answered === 0) return;
    this.#answered = 0;
    this.#answeredTotal += answered;
    if (this.#loop.isOpen) this.#send(answered);
    this.#loop.answered(answered);
  }

  #send(count: number): void {
    const sentMs = performance.now();
    for (let i = 0; i < count; i++) this.#sentMs.push(sentMs);
    this.#loop.sent(count);
    this.#socket!.send(this.#tape.take(count));
  }
}
