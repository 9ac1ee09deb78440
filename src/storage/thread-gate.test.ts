import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { ThreadGate } from "./thread-gate.js";

/** Speaks the two words of the gate itself: is inside until told to leave. */
const WORKER_INSIDE = `
  const { parentPort, workerData } = require("node:worker_threads");
  const words = new Int32Array(workerData);
  Atomics.store(words, 0, 1);
  parentPort.postMessage("inside");
  parentPort.once("message", () => { Atomics.store(words, 0, 0); });
`;

describe("ThreadGate", () => {
  it("ST-39 runs actions and iterations while it is open, and is left when they throw or are broken off", () => {
    const gate = new ThreadGate();
    const words = new Int32Array(gate.buffer);
    expect(gate.run(() => words[0])).toBe(1);
    expect(() => gate.run(() => { throw new Error("inside"); })).toThrow("inside");
    expect(words[0]).toBe(0);
    let returned = 0;
    function* numbers(): Generator<number> {
      try {
        for (let n = 0; ; n++) yield n + words[0]! * 100;
      } finally {
        returned += words[0]!;
      }
    }
    const seen: number[] = [];
    for (const n of gate.iterate(numbers())) {
      expect(words[0]).toBe(0);
      seen.push(n);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([100, 101, 102]);
    expect(returned).toBe(1);
    expect(words[0]).toBe(0);
  });

  it("ST-40 closes only after the thread is outside", async () => {
    const gate = new ThreadGate();
    const worker = new Worker(WORKER_INSIDE, { eval: true, workerData: gate.buffer });
    expect(await once(worker, "message")).toEqual(["inside"]);
    let isClosed = false;
    const closing = gate.close().then(() => (isClosed = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    worker.postMessage("leave");
    await closing;
    expect(new Int32Array(gate.buffer)).toEqual(new Int32Array([0, 1]));
    await worker.terminate();
  });

  it("ST-41 lets nobody in once it is closed, and the waiting thread can be terminated", async () => {
    const gate = new ThreadGate();
    await gate.close();
    const source = `
      const { parentPort, workerData } = require("node:worker_threads");
      import("tsx/esm/api").then(async ({ register }) => {
        register();
        const { ThreadGate } = await import(workerData.module);
        parentPort.postMessage("before");
        new ThreadGate(workerData.gate).run(() => parentPort.postMessage("inside"));
      });
    `;
    const module = new URL("./thread-gate.ts", import.meta.url).href;
    const worker = new Worker(source, { eval: true, workerData: { gate: gate.buffer, module } });
    const messages: unknown[] = [];
    worker.on("message", (message) => messages.push(message));
    await once(worker, "message");
    expect(await worker.terminate()).toBe(1);
    expect(messages).toEqual(["before"]);
  });
});
