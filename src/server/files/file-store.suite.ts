/** What every FileStore must do. Numbers of docs/spec/files.md. */
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileKey } from "./file-messages.js";
import type { FileStore } from "./file-store.js";

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: FileStore;
  /** Another store of the same files, as the process that comes after a crash has. */
  again(): FileStore;
  /** Leaves behind what a process that dies in a `put` does. */
  leaveUnfinished(key: FileKey): Promise<void>;
  /** Whether anything of unfinished `put`s is there. */
  hasUnfinished(): Promise<boolean>;
}

export function newKey(): FileKey {
  return randomBytes(16).toString("hex");
}

async function* chunked(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await setImmediate();
    yield chunk;
  }
}

export function describeFileStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let tested: StoreUnderTest;
    let store: FileStore;

    beforeAll(async () => {
      tested = await open();
      store = tested.store;
    });

    afterAll(() => tested[Symbol.asyncDispose]());

    async function read(key: FileKey, size: number, start = 0, end = size - 1): Promise<Buffer | null> {
      const stream = await store.read(key, { start, end }, size);
      return stream === null ? null : Buffer.concat((await stream.toArray()) as Buffer[]);
    }

    async function allKeys(): Promise<FileKey[]> {
      const keys: FileKey[] = [];
      for await (const batch of store.batches()) keys.push(...batch);
      return keys.sort();
    }

    test("FI-70 gives back what it was given, whole and in part", async () => {
      const key = newKey();
      const parts = [randomBytes(100_000), randomBytes(1), Buffer.alloc(0), randomBytes(200_000)];
      const bytes = Buffer.concat(parts);
      await store.put(key, chunked(...parts), bytes.length);
      expect(await read(key, bytes.length)).toEqual(bytes);
      expect(await read(key, bytes.length, 99_999, 100_002)).toEqual(bytes.subarray(99_999, 100_003));
      expect(await read(key, bytes.length, bytes.length - 1)).toEqual(bytes.subarray(-1));
    });

    test("FI-70 whatever the size, told beforehand or not", async () => {
      for (const size of [0, 1, 8 * 2 ** 20 - 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 17 * 2 ** 20]) {
        const bytes = randomBytes(size);
        for (const announced of [size, null]) {
          const key = newKey();
          await store.put(key, chunked(bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)), announced);
          if (size > 0) expect((await read(key, size))!.equals(bytes)).toBe(true);
          expect(await allKeys()).toContain(key);
          await store.delete(key);
        }
      }
    });

    test("FI-71 has nothing of a body that fails, early or late", async () => {
      for (const before of [0, 1000, 20 * 2 ** 20]) {
        const key = newKey();
        const failing = (async function* () {
          if (before > 0) yield* chunked(randomBytes(before));
          throw new Error("the client is gone");
        })();
        await expect(store.put(key, failing, null)).rejects.toThrow("the client is gone");
        expect(await read(key, 1)).toBeNull();
        expect(await allKeys()).not.toContain(key);
        expect(await tested.hasUnfinished()).toBe(false);
      }
    });

    test("FI-72 does not have what was never there or is deleted; deleting again is nothing", async () => {
      const key = newKey();
      expect(await read(key, 1)).toBeNull();
      await store.delete(key);
      await store.put(key, chunked(Buffer.from("x")), 1);
      await store.delete(key);
      await store.delete(key);
      expect(await read(key, 1)).toBeNull();
    });

    test("FI-73 a read that has begun goes on when the file is deleted", async () => {
      const key = newKey();
      const bytes = randomBytes(3 * 2 ** 20);
      await store.put(key, chunked(bytes), bytes.length);
      const stream = (await store.read(key, { start: 0, end: bytes.length - 1 }, bytes.length))!;
      const iterator = stream.iterator() as AsyncIterator<Buffer>;
      const first = (await iterator.next()).value as Buffer;
      await store.delete(key);
      const rest: Buffer[] = [];
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) rest.push(next.value);
      expect(Buffer.concat([first, ...rest]).equals(bytes)).toBe(true);
    });

    test("FI-74 lists every key, and nothing else", async () => {
      const before = await allKeys();
      const keys = Array.from({ length: 30 }, newKey);
      await Promise.all(keys.map((key) => store.put(key, chunked(Buffer.from(key)), key.length)));
      expect(await allKeys()).toEqual([...before, ...keys].sort());
    });

    test("FI-75 discards what an earlier process left unfinished, and not what this one is receiving", async () => {
      const [finished, left, receiving] = [newKey(), newKey(), newKey()];
      await store.put(finished, chunked(Buffer.from("finished")), 8);
      await tested.leaveUnfinished(left);
      expect(await tested.hasUnfinished()).toBe(true);
      const large = randomBytes(9 * 2 ** 20);
      const discarding = (async function* () {
        // Two parts have gone by the time of the second step.
        yield* chunked(large, large);
        await store.discardUnfinished();
        yield Buffer.from("end");
      })();
      await store.put(receiving, discarding, null);
      expect((await read(receiving, 2 * large.length + 3))!.subarray(-3).toString()).toBe("end");
      expect(await tested.hasUnfinished()).toBe(false);
      expect((await read(finished, 8))!.toString()).toBe("finished");
      expect(await read(left, 1)).toBeNull();
    });

    test("FI-76 the process that comes after has it all", async () => {
      const key = newKey();
      await store.put(key, chunked(Buffer.from("kept")), 4);
      const stream = await tested.again().read(key, { start: 0, end: 3 }, 4);
      expect(Buffer.concat((await stream!.toArray()) as Buffer[]).toString()).toBe("kept");
    });
  });
}
