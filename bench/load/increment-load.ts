/** Clients that all increment one document, one call in flight each: what each of them waits for is that all others are done. */
import { runLoop, type LoopTimes } from "./closed-loop.js";
import { inTurns } from "./in-turns.js";
import { Meter, type Measurement } from "./meter.js";
import { requireOpenFiles } from "./open-files.js";
import { preparedPerConnection, SocketConnection } from "./socket-load.js";
import type { Call } from "./sync-protocol.js";

export interface IncrementLoad extends LoopTimes {
  readonly kind: "increments";
  readonly url: string;
  readonly serverPid: number;
  readonly clients: number;
  readonly call: Call;
}

export interface IncrementMeasurement extends Measurement {
  /** Increments that were acknowledged, in the measured window and outside. */
  readonly acknowledged: number;
}

const CONNECTING_AT_ONCE = 50;

export async function runIncrementLoad(load: IncrementLoad): Promise<IncrementMeasurement> {
  requireOpenFiles(load.clients);
  let connections: readonly SocketConnection[] = [];
  const clients = Array.from({ length: load.clients });
  const prepared = preparedPerConnection(load, load.clients);
  const measurement = await runLoop(new Meter(load.serverPid), load, async (loop) => {
    connections = await inTurns(clients, CONNECTING_AT_ONCE, () => SocketConnection.open(load.url, 1, loop, () => load.call, prepared));
    return connections;
  });
  return { ...measurement, acknowledged: connections.reduce((sum, { answeredTotal }) => sum + answeredTotal, 0) };
}
