import { describe, expect, it } from "vitest";
import { StorageError, StorageFullError } from "./errors.js";
import { MemoryStore } from "./memory.js";
import { withSnapshot } from "./store.suite.js";

const valueOfA = (store: MemoryStore): string | undefined => withSnapshot(store, (reader) => reader.get("a"));

describe("memory store", () => {
  it("ST-36 fails as many writes as asked, leaves nothing of them, and goes on", async () => {
    const store = new MemoryStore();
    store.failNextWrite();
    store.failNextWrite(new StorageError("io", "The device is gone. Attach it."));
    await expect(store.write([["a", "1"]])).rejects.toBeInstanceOf(StorageFullError);
    await expect(store.write([["a", "2"]])).rejects.toMatchObject({ kind: "io" });
    expect(valueOfA(store)).toBe(undefined);
    await store.write([["a", "3"]]);
    expect(valueOfA(store)).toBe("3");
  });

  it("ST-37 holds writes until they are let go, in their order", async () => {
    const store = new MemoryStore();
    await store.write([["a", "0"]]);
    const resume = store.holdWrites();
    const writes = [store.write([["a", "1"]]), store.write([["a", "2"]])];
    await new Promise((resolve) => setImmediate(resolve));
    expect(valueOfA(store)).toBe("0");
    resume();
    await Promise.all(writes);
    expect(valueOfA(store)).toBe("2");
  });

  it("ST-38 refuses what the disk store would store wrongly: keys above a byte, values with lone surrogates", async () => {
    const store = new MemoryStore();
    await expect(store.write([["\u0100", "v"]])).rejects.toMatchObject({ kind: "invalid" });
    await expect(store.write([["a", "\ud800"]])).rejects.toMatchObject({ kind: "invalid" });
    await store.write([["a", "\ud83d\ude00"]]);
    expect(valueOfA(store)).toBe("\ud83d\ude00");
  });
});
