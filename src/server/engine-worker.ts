/**
 * The engine thread: opens the store in the data folder, whose lock the network thread holds, and answers what the network
 * thread sends. Anything thrown here is a bug of ours and ends the thread; what was acknowledged is on disk, and the
 * network thread starts another.
 */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { openOwnedStore } from "../storage/owned-store.js";
import { AdminKeys } from "./admin-keys.js";
import { Engine } from "./engine/engine.js";
import { garbageCollector } from "./garbage-collector.js";
import { OPENING_ALLOWED, OPENING_WAITS, type EngineOptions, type EngineWorkerData, type FromEngine, type ToEngine } from "./engine-messages.js";
import { packFromEngine, unpackToEngine, type Packed } from "./packed-batch.js";
import { asNativeError } from "./thrown.js";
import { CLOCKS, wallClock } from "./wall-clock.js";

/** Waits until the network thread has the data folder, or has given it up. */
function mayOpen({ opening }: EngineWorkerData): boolean {
  const state = new Int32Array(opening);
  Atomics.wait(state, 0, OPENING_WAITS);
  return Atomics.load(state, 0) === OPENING_ALLOWED;
}

async function openEngine(options: EngineOptions, port: MessagePort): Promise<void> {
  const post = (batch: readonly FromEngine[]): void => port.postMessage(packFromEngine(batch));
  const owned = await openOwnedStore(options.dataFolder);
  const engine = new Engine({
    options,
    ...owned,
    isStoreShared: true,
    adminKeys: AdminKeys.open(options.dataFolder, process.env["RIVULET_ADMIN_KEY"]),
    nowMs: wallClock(CLOCKS, options.testClock),
    post,
    collectGarbage,
    // With its port closed the thread has nothing left to wait for, and ends.
    onClosed: () => port.close(),
  });
  port.on("message", (batch: readonly Packed<ToEngine>[]) => engine.receive(unpackToEngine(batch)));
  post([{ type: "ready" }]);
}

process.on("uncaughtException", (thrown) => {
  throw asNativeError(thrown);
});
const collectGarbage = garbageCollector();
const data = workerData as EngineWorkerData;
if (mayOpen(data)) await openEngine(data, parentPort!);
