/** What only the disk store promises: durability, crash safety, full disks, and that short keys lie as they are. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { GROUP_KEYS, groupOf } from "./crash-writer.suite.js";
import { StorageFullError } from "./errors.js";
import { type LmdbStore, openLmdbStore } from "./lmdb.js";
import type { Reader, Store, WriteOp } from "./store.js";
import { Oracle, anyOps, expectSame, withSnapshot } from "./store.suite.js";

const folders: string[] = [];
function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-lmdb-"));
  folders.push(folder);
  return join(folder, "data.mdb");
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const CRASH_WRITER = fileURLToPath(new URL("./crash-writer.suite.ts", import.meta.url));

/** Node 20 does not pass `--import` on to worker threads. */
const TYPESCRIPT_WORKER = `
  const { workerData } = require("node:worker_threads");
  import("tsx/esm/api").then(({ register }) => {
    register();
    return import(workerData.CRASH_WRITER);
  });
`;

function groupIn(reader: Reader): number {
  return Number(reader.get("key0")?.split(":")[0]);
}

/** The store holds exactly one whole group, not older than the last that was reported. Its number. */
async function expectWholeGroup(path: string, reported: number): Promise<number> {
  const store = await openLmdbStore({ path });
  try {
    const present = withSnapshot(store, groupIn);
    expect(present).toBeGreaterThanOrEqual(reported);
    const oracle = new Oracle();
    oracle.apply(groupOf(present));
    withSnapshot(store, (reader) => expectSame(reader, oracle));
    expect(store.stats().entries).toBe(GROUP_KEYS);
    return present;
  } finally {
    await store.close();
  }
}

describe("lmdb store", () => {
  it("ST-22 has everything again after it was closed and opened", async () => {
    const path = newPath();
    const oracle = new Oracle();
    const property = fc.asyncProperty(fc.array(anyOps, { minLength: 1, maxLength: 3 }), async (groups) => {
      const store = await openLmdbStore({ path });
      withSnapshot(store, (reader) => expectSame(reader, oracle));
      for (const ops of groups) {
        await store.write(ops);
        oracle.apply(ops);
      }
      await store.close();
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it("ST-23 has every resolved write, and no part of another, after kill -9 in the middle of writes", async () => {
    const path = newPath();
    let reported = 0;
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, ["--import", "tsx", CRASH_WRITER], {
        env: { ...process.env, CRASH_WRITER_PATH: path },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const killAfter = reported + 5 + round * 7;
      for await (const line of createInterface({ input: child.stdout })) {
        reported = Number(line);
        if (reported >= killAfter) child.kill("SIGKILL");
      }
      expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGKILL");
      reported = await expectWholeGroup(path, reported);
    }
  });

  it("ST-24 has every resolved write of a thread that closed its store and ended, and opens again in the same process", async () => {
    const path = newPath();
    const reader = await openLmdbStore({ path });
    let reported = 0;
    for (let round = 0; round < 6; round++) {
      const worker = new Worker(TYPESCRIPT_WORKER, { eval: true, workerData: { crashWriterPath: path, CRASH_WRITER } });
      const stopAfter = reported + 1 + (round % 5);
      worker.on("message", (n: number) => {
        reported = n;
        expect(withSnapshot(reader, groupIn)).toBeGreaterThanOrEqual(n);
        if (n === stopAfter) worker.postMessage("stop");
      });
      expect(await once(worker, "exit")).toEqual([0]);
      expect(reported).toBeGreaterThanOrEqual(stopAfter);
      expect(await expectWholeGroup(path, reported)).toBe(reported);
    }
    await reader.close();
  });

  it("ST-25 shows a write of one thread to the next snapshot of another", async () => {
    const path = newPath();
    const [writer, reader] = [await openLmdbStore({ path }), await openLmdbStore({ path })];
    for (let i = 0; i < 30; i++) {
      withSnapshot(reader, (before) => expect(before.get("a")).toBe(i === 0 ? undefined : String(i - 1)));
      await writer.write([["a", String(i)]]);
      withSnapshot(reader, (after) => expect(after.get("a")).toBe(String(i)));
    }
    await writer.close();
    await reader.close();
  });

  it("ST-26 refuses to close while a snapshot is held, and closes after its release", async () => {
    const store = await openLmdbStore({ path: newPath() });
    const snapshot = store.snapshot();
    await expect(store.close()).rejects.toThrow("with 1 snapshots or iterations open");
    snapshot.release();
    await store.close();
  });

  it("ST-27 refuses groups beyond usedBytesMax, reads on, deletes, and then writes again", async () => {
    const usedBytesMax = 2_000_000;
    const store = await openLmdbStore({ path: newPath(), usedBytesMax });
    const written = await fillUp(store);
    expect(written).toBeGreaterThan(50);
    expect(store.stats().usedBytes).toBeLessThanOrEqual(usedBytesMax);
    await store.write(keysBelow(written).map((key) => [key, undefined]));
    await store.write([["after", "v"]]);
    withSnapshot(store, (reader) => expect([...reader.entries({ start: "", end: undefined })]).toEqual([["after", "v"]]));
    await store.close();
  });

  it("ST-28 holds many snapshots of different moments at a time", async () => {
    const store = await openLmdbStore({ path: newPath(), snapshotsMax: 200 });
    const snapshots = [];
    for (let i = 0; i < 150; i++) {
      snapshots.push(store.snapshot());
      await store.write([["a", String(i)]]);
    }
    expect(snapshots.map((snapshot) => snapshot.get("a"))).toEqual([undefined, ...keysBelow(149).map((_, i) => String(i))]);
    for (const snapshot of snapshots) snapshot.release();
    await store.close();
  });

  it("ST-29 keeps the file small while old values are replaced", async () => {
    const path = newPath();
    const store = await openLmdbStore({ path });
    for (let round = 0; round < 200; round++) await store.write(groupOf(round));
    await store.close();
    expect(statSync(path).size).toBeLessThan(8_000_000);
  });
});

const GROUP_VALUE = "v".repeat(20_000);

function keysBelow(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key${String(i).padStart(5, "0")}`);
}

/** Writes until the store is full, checking that the failed write left nothing; returns how many are there. */
async function fillUp(store: Store): Promise<number> {
  for (let count = 0; ; count++) {
    const [key] = keysBelow(count + 1).slice(-1);
    const ops: WriteOp[] = [[key!, GROUP_VALUE]];
    try {
      await store.write(ops);
    } catch (error) {
      expect(error).toBeInstanceOf(StorageFullError);
      withSnapshot(store, (reader) => {
        expect([...reader.entries({ start: "", end: undefined })].map(([present]) => present)).toEqual(keysBelow(count));
      });
      return count;
    }
  }
}

/** A file system of its own of a few megabytes, or undefined where mounting is not permitted. */
function mountSmallDisk(megabytes: number): { path: string; resize(megabytes: number): void; unmount(): void } | undefined {
  const path = mkdtempSync(join(tmpdir(), "rivulet-disk-"));
  const mount = (...options: string[]): void => {
    execFileSync("mount", ["-t", "tmpfs", "-o", options.join(","), "tmpfs", path], { stdio: "ignore" });
  };
  try {
    mount(`size=${megabytes}m`);
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    resize: (size) => mount("remount", `size=${size}m`),
    unmount() {
      execFileSync("umount", [path]);
      rmSync(path, { recursive: true });
    },
  };
}

describe("lmdb store on a full disk", () => {
  it("ST-30 rejects as full, reads on, and writes again once there is room", async (context) => {
    const disk = mountSmallDisk(4);
    if (disk === undefined) return context.skip("needs the right to mount a tmpfs");
    let store: LmdbStore | undefined;
    try {
      store = await openLmdbStore({ path: join(disk.path, "data.mdb") });
      const written = await fillUp(store);
      expect(written).toBeGreaterThan(50);
      await expect(store.write([["more", GROUP_VALUE]])).rejects.toThrow("is full. Free some space");
      disk.resize(8);
      await store.write([["more", GROUP_VALUE]]);
      await store.close();
      store = await openLmdbStore({ path: join(disk.path, "data.mdb") });
      expect(store.stats().entries).toBe(written + 1);
    } finally {
      await store?.close();
      disk.unmount();
    }
  });

  it("ST-31 never lets LMDB meet a full disk: random groups at the brink equal the oracle", async (context) => {
    const disk = mountSmallDisk(3);
    if (disk === undefined) return context.skip("needs the right to mount a tmpfs");
    const store = await openLmdbStore({ path: join(disk.path, "data.mdb") });
    try {
      const oracle = new Oracle();
      let refused = 0;
      for (const ops of groupsAtTheBrink(7)) {
        await store.write(ops).then(
          () => oracle.apply(ops),
          (error: unknown) => {
            expect(error).toBeInstanceOf(StorageFullError);
            refused++;
          },
        );
        withSnapshot(store, (reader) => expectSame(reader, oracle));
      }
      expect(refused).toBeGreaterThan(10);
    } finally {
      await store.close();
      disk.unmount();
    }
  });
});

/** Groups that together would take about three times the disk: puts of all sizes, and deletes. */
function* groupsAtTheBrink(seed: number): Generator<WriteOp[]> {
  const op = fc.tuple(
    fc.integer({ min: 0, max: 400 }).map((n) => `key${n}`),
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 3000 }).map((n) => "v".repeat(n)) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }).map((n) => "v".repeat(n)) },
      { weight: 3, arbitrary: fc.constant(undefined) },
    ),
  );
  const group = fc.oneof(fc.array(op, { maxLength: 5 }), fc.array(op, { minLength: 40, maxLength: 80 }));
  yield* fc.sample(group, { numRuns: 120, seed });
}
