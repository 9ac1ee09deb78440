import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, openSync, closeSync, writeSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { StorageCorruptError } from "./errors.js";
import { openDataFolder } from "./folder.js";
import { openLmdbStore } from "./lmdb.js";
import { withSnapshot } from "./store.suite.js";

const folders: string[] = [];
const children: ChildProcess[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-folder-"));
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const HOLDER = fileURLToPath(new URL("./folder-holder.suite.ts", import.meta.url));

async function startHolder(path: string): Promise<{ child: ChildProcess; outcome: string }> {
  const env = { ...process.env, FOLDER_HOLDER_PATH: path };
  const child = spawn(process.execPath, ["--import", "tsx", HOLDER], { env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [outcome] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, outcome };
}

/** A folder with one entry in its store, released. */
async function filledFolder(): Promise<string> {
  const path = newFolder();
  const folder = await openDataFolder(path);
  const store = await openLmdbStore({ path: folder.dataFile });
  await store.write(Array.from({ length: 500 }, (_, i) => [`key${i}`, "v".repeat(500)]));
  await store.close();
  await folder.release();
  return path;
}

function overwrite(file: string, position: number, bytes: Buffer): void {
  const handle = openSync(file, "r+");
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
}

describe("data folder", () => {
  it("ST-42 is created with its parents, and holds its format and an empty store", async () => {
    const path = join(newFolder(), "a", "b");
    const folder = await openDataFolder(path);
    expect(JSON.parse(readFileSync(join(path, "format.json"), "utf8"))).toEqual({ format: "rivulet", version: 2 });
    expect(folder).toMatchObject({ path, dataFile: join(path, "data.mdb") });
    const store = await openLmdbStore({ path: folder.dataFile });
    expect(store.stats().entries).toBe(0);
    await store.close();
    await folder.release();
  });

  it("ST-43 is opened again after release, with its data and whatever lies beside it", async () => {
    const path = await filledFolder();
    mkdirSync(join(path, "files"));
    writeFileSync(join(path, "notes.txt"), "mine");
    const folder = await openDataFolder(path);
    const store = await openLmdbStore({ path: folder.dataFile });
    expect(withSnapshot(store, (reader) => reader.get("key7"))).toBe("v".repeat(500));
    await store.close();
    await folder.release();
    await folder.release();
  });

  it("ST-44 is refused to a second process, and to a second opening in the same one, by the holder's id", async () => {
    const path = newFolder();
    const folder = await openDataFolder(path);
    expect((await startHolder(path)).outcome).toBe("inUse");
    await expect(openDataFolder(path)).rejects.toMatchObject({
      kind: "inUse",
      message: `The data folder ${path} is in use by process ${process.pid}. Stop it, or choose another folder with --data.`,
    });
    await folder.release();
    expect((await startHolder(path)).outcome).toBe("held");
  });

  it("ST-45 is free as soon as its holder was killed", async () => {
    const path = newFolder();
    for (let round = 0; round < 3; round++) {
      const { child, outcome } = await startHolder(path);
      expect(outcome).toBe("held");
      await expect(openDataFolder(path)).rejects.toThrow(`in use by process ${child.pid}.`);
      await kill(child);
    }
    await (await openDataFolder(path)).release();
  });

  it("ST-46 is held by exactly one of several processes that start at once, also after a killed holder", async () => {
    const path = newFolder();
    for (let round = 0; round < 4; round++) {
      const holders = await Promise.all(Array.from({ length: 4 }, () => startHolder(path)));
      expect(holders.map(({ outcome }) => outcome).sort()).toEqual(["held", "inUse", "inUse", "inUse"]);
      await Promise.all(holders.map(({ child }) => kill(child)));
    }
  });

  it("ST-47 is refused untouched when it holds files of something else", async () => {
    const path = newFolder();
    writeFileSync(join(path, "thesis.doc"), "mine");
    await expect(openDataFolder(path)).rejects.toMatchObject({ kind: "foreign" });
    expect(readdirSync(path)).toEqual(["thesis.doc"]);
  });

  it("ST-48 is refused when another program or a newer version wrote it, or format.json is garbage", async () => {
    const path = await filledFolder();
    const write = (text: string): void => writeFileSync(join(path, "format.json"), text);
    write('{"format":"rivulet","version":3}');
    await expect(openDataFolder(path)).rejects.toMatchObject({ kind: "newerFormat" });
    write('{"format":"other","version":1}');
    await expect(openDataFolder(path)).rejects.toMatchObject({ kind: "foreign" });
    for (const garbage of ["", "{", "null", "[]", '{"format":1,"version":1}', '{"format":"rivulet","version":0.5}']) {
      write(garbage);
      await expect(openDataFolder(path)).rejects.toMatchObject({ kind: "corrupt" });
    }
    write('{"format":"rivulet","version":1}');
    await (await openDataFolder(path)).release();
    expect(JSON.parse(readFileSync(join(path, "format.json"), "utf8"))).toEqual({ format: "rivulet", version: 2 });
  });

  it("ST-49 is refused when data.mdb or format.json was lost", async () => {
    const withoutData = await filledFolder();
    rmSync(join(withoutData, "data.mdb"));
    await expect(openDataFolder(withoutData)).rejects.toThrow("has lost its data.mdb");
    const withoutFormat = await filledFolder();
    rmSync(join(withoutFormat, "format.json"));
    await expect(openDataFolder(withoutFormat)).rejects.toThrow("has lost its format.json");
  });

  it("ST-50 is refused, not misread, when data.mdb is cut short, garbage, or has a damaged page at its head", async () => {
    const path = await filledFolder();
    const file = join(path, "data.mdb");
    const good = join(newFolder(), "good.mdb");
    copyFileSync(file, good);
    const damages: (() => void)[] = [
      () => truncateSync(file, 0),
      () => truncateSync(file, 100),
      () => truncateSync(file, 5000),
      () => truncateSync(file, 20_000),
      () => writeFileSync(file, "this is not a database"),
      () => writeFileSync(file, Buffer.alloc(statSync(good).size, 0xa5)),
      () => writeFileSync(file, Buffer.alloc(statSync(good).size)),
      () => overwrite(file, 0, Buffer.alloc(200, 0xff)),
      () => overwrite(file, 4096, Buffer.alloc(200, 0xff)),
      () => overwrite(file, 4096 + 24, Buffer.from([1])),
      () => overwrite(file, 4096 + 28, Buffer.from([9])),
      () => overwrite(file, 48, Buffer.from([7])),
      () => [136, 4096 + 136].forEach((root) => overwrite(file, root, Buffer.from([3, 0, 0, 0, 0, 0, 0, 1]))),
      () => overwrite(file, 2 * 4096, Buffer.alloc(statSync(good).size - 2 * 4096)),
    ];
    for (const damage of damages) {
      copyFileSync(good, file);
      damage();
      await expect(openDataFolder(path), String(damage)).rejects.toBeInstanceOf(StorageCorruptError);
    }
    copyFileSync(good, file);
    await (await openDataFolder(path)).release();
  });

  it("ST-51 takes up a creation that was interrupted at any point", async () => {
    const complete = newFolder();
    await (await openDataFolder(complete)).release();
    const steps = [["lock.mdb"], ["lock.mdb", "data.mdb"], ["lock.mdb", "data.mdb", "format.json.new"]];
    for (const present of steps) {
      const path = newFolder();
      for (const name of present) {
        if (name === "format.json.new") writeFileSync(join(path, name), '{"for');
        else copyFileSync(join(complete, name), join(path, name));
      }
      await (await openDataFolder(path)).release();
      expect(readdirSync(path)).not.toContain("format.json.new");
    }
    const path = newFolder();
    writeFileSync(join(path, "data.mdb"), "");
    await (await openDataFolder(path)).release();
  });

  it("ST-52 says what to do when it cannot be created", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    await expect(openDataFolder(join(file, "data"))).rejects.toMatchObject({ kind: "io" });
  });
});
