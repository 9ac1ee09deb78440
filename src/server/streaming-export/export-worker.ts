/**
 * The export thread: reads the store beside the engine, one request after another, and never writes. It holds a snapshot of the
 * store only while it makes one reply.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { openSharedStore } from "../../storage/shared-store.js";
import type { ExportThreadData, FromExport, ToExport } from "./export-messages.js";
import { Exporter } from "./exporter.js";

const { dataFolder } = workerData as ExportThreadData;
const port = parentPort!;
const store = await openSharedStore(dataFolder);
let isClosing = false;
const exporter = new Exporter(store, async () => {
  await nextTurn();
  if (isClosing) throw new Error("The server is stopping.");
});

/** Of the last request so far: the next begins when it is answered. */
let answered: Promise<void> = Promise.resolve();

port.on("message", (message: ToExport) => {
  if (message.type === "request") answered = answered.then(() => answer(message));
  else {
    isClosing = true;
    void answered.then(close, close);
  }
});

async function answer({ id, request }: Extract<ToExport, { type: "request" }>): Promise<void> {
  const reply = await exporter.answer(request);
  port.postMessage({ id, reply } satisfies FromExport);
}

/** With its port closed the thread has nothing left to wait for, and ends. */
async function close(): Promise<void> {
  await store.close();
  port.close();
}
