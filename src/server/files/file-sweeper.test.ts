/** FI-51: what is swept, and what never is. Numbers of docs/spec/files.md. */
import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { newKey } from "./file-store.suite.js";
import type { FileKey } from "./file-messages.js";
import type { FileStore } from "./file-store.js";
import { FileSweeper } from "./file-sweeper.js";

/** Keys only. */
class Keys implements FileStore {
  readonly deleted: FileKey[] = [];
  constructor(private readonly lists: readonly (readonly FileKey[])[]) {}
  put = (): Promise<void> => Promise.resolve();
  read = (): Promise<Readable | null> => Promise.resolve(null);
  delete = (key: FileKey): Promise<void> => Promise.resolve(void this.deleted.push(key));
  discardUnfinished = (): Promise<void> => Promise.resolve();
  async *batches(): AsyncGenerator<readonly FileKey[]> {
    for (const list of this.lists) yield await Promise.resolve(list);
  }
}

async function sweep(store: Keys, unknownAmong: (keys: readonly FileKey[]) => Promise<readonly FileKey[] | null>, isUnfinished: (key: FileKey) => boolean, passEnd: FileKey): Promise<string[]> {
  const logged: string[] = [];
  const asked = vi.fn(unknownAmong);
  const sweeper = new FileSweeper({ store, leftSpaces: null, unknownAmong: asked, isUnfinished, log: { log: (_level, message) => void logged.push(message) }, intervalMs: 1e9, pauseMs: 0 });
  sweeper.start();
  // The last batch has been asked about, and what came of it done.
  await vi.waitUntil(() => asked.mock.calls.some(([keys]) => keys.includes(passEnd)));
  await asked.mock.results.at(-1)!.value;
  await new Promise((resolve) => setImmediate(resolve));
  await sweeper.stop();
  return logged;
}

test("FI-51 bytes without a document go, those with one stay", async () => {
  const [known, unknown, end] = [newKey(), newKey(), newKey()];
  const store = new Keys([[known, unknown], [], [end]]);
  await sweep(store, (keys) => Promise.resolve(keys.filter((key) => key === unknown)), () => false, end);
  expect(store.deleted).toEqual([unknown]);
});

test("FI-51 uploads that are not decided are not asked about", async () => {
  const [undecided, end] = [newKey(), newKey()];
  const store = new Keys([[undecided], [end]]);
  await sweep(store, (keys) => Promise.resolve(keys), (key) => key === undecided, end);
  expect(store.deleted).toEqual([end]);
});

test("FI-51 where the engine can't say, nothing goes", async () => {
  const [key, end] = [newKey(), newKey()];
  const store = new Keys([[key], [end]]);
  await sweep(store, () => Promise.resolve(null), () => false, end);
  expect(store.deleted).toEqual([]);
});
