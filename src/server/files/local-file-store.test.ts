import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeFileStore, newKey } from "./file-store.suite.js";
import { LocalFileStore } from "./local-file-store.js";

describeFileStore("LocalFileStore", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-files-"));
  const incoming = join(folder, "incoming");
  return {
    store: new LocalFileStore(folder),
    again: () => new LocalFileStore(folder),
    leaveUnfinished: async (key) => {
      await mkdir(incoming, { recursive: true });
      await writeFile(join(incoming, key), "unfinished");
    },
    hasUnfinished: async () => (await readdir(incoming).catch(() => [])).length > 0,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(content));
}

test("FI-77 no key leads out of the folder", async () => {
  const store = new LocalFileStore(join(tmpdir(), "rivulet-never"));
  for (const key of ["../../x", "..", "", "a".repeat(33), "A".repeat(32), `${newKey()}/..`, "\0".repeat(32)]) {
    await expect(store.put(key, text("x"))).rejects.toThrow("is no key of a file");
    await expect(store.read(key, { start: 0, end: 0 }, 1)).rejects.toThrow("is no key of a file");
    await expect(store.delete(key)).rejects.toThrow("is no key of a file");
  }
});

test("FI-77 files and folders are for their owner only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-files-"));
  const key = newKey();
  await new LocalFileStore(folder).put(key, text("x"));
  expect((await stat(join(folder, key.slice(0, 2), key))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, key.slice(0, 2)))).mode & 0o777).toBe(0o700);
  await rm(folder, { recursive: true });
});

test("FI-78 a file whose size is not the document's is an error, not half a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-files-"));
  const store = new LocalFileStore(folder);
  const key = newKey();
  await store.put(key, text("cut short"));
  await expect(store.read(key, { start: 0, end: 99 }, 100)).rejects.toThrow("has 9 bytes, and the database says 100");
  await rm(folder, { recursive: true });
});
