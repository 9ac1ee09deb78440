/**
 * A disk without room: a data folder on a file system of a few megabytes, which takes the right to mount one. Where that is
 * missing the test says so and is skipped. SV-40 to SV-42.
 */
import { execFileSync } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, temporaryFolder, until, type TestServer } from "../harness.js";
import { bodies, messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";

const DISK_BYTES = 8 * 1024 * 1024;
const BODY = "x".repeat(50_000);

const folder = await temporaryFolder();
const isMounted = mount(folder);

function mount(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", path], { stdio: "pipe" });
    return true;
  } catch (error) {
    console.log(`Skipped: a small disk cannot be mounted here (${(error as Error).message.trim().split("\n").at(-1)}).`);
    return false;
  }
}

let server: TestServer;

beforeAll(async () => {
  if (!isMounted) return;
  server = await startServer({ dataFolder: folder });
  await server.deploy("basics");
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  if (isMounted) execFileSync("umount", [folder]);
  await rm(folder, { recursive: true, force: true });
});

/** Takes all the room there is; returns what gives it back. */
async function fillDisk(): Promise<() => Promise<void>> {
  const path = join(folder, "filler");
  const file = await open(path, "w");
  const zeros = Buffer.alloc(64 * 1024);
  const isFull = (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOSPC") throw error;
    return null;
  };
  while ((await file.write(zeros).catch(isFull)) !== null) continue;
  await file.close();
  return () => rm(path);
}

/** Writes until it fails; returns what was acknowledged and the error. */
async function writeUntilRefused(http: ConvexHttpClient, channel: string): Promise<{ acknowledged: number; error: Error }> {
  for (let acknowledged = 0; acknowledged < 200; acknowledged++) {
    try {
      await http.mutation(messages.send, { channel, body: BODY });
    } catch (error) {
      return { acknowledged, error: error as Error };
    }
  }
  throw new Error("200 writes of 50 kB fitted on a full disk of 8 MB.");
}

describe.runIf(isMounted).sequential("a full disk", () => {
  test("SV-40 fails mutations with cause and mend, keeps queries going, and is over when there is room", async () => {
    const http = server.http();
    const watch = Watch.on(server.client(), messages.list, { channel: "full" });
    await watch.value();
    const makeRoom = await fillDisk();
    const { acknowledged, error } = await writeUntilRefused(http, "full");
    expect(error.message).toContain(`The disk of ${join(folder, "data.mdb")} is full. Free some space; writes succeed again then.`);
    expect(await http.query(messages.list, { channel: "full" })).toHaveLength(acknowledged);
    await expect(http.mutation(messages.send, { channel: "full", body: BODY })).rejects.toThrow("is full");
    await makeRoom();
    await http.mutation(messages.send, { channel: "full", body: "there is room" });
    expect((await watch.value((list) => list.length === acknowledged + 1)).at(-1)!.body).toBe("there is room");
  });

  test("SV-41 makes a connected client wait: what it wrote happens once, when there is room", async () => {
    const client = server.client();
    const watch = Watch.on(client, messages.list, { channel: "waits" });
    await watch.value();
    const makeRoom = await fillDisk();
    await writeUntilRefused(server.http(), "elsewhere");
    const sent = client.mutation(messages.send, { channel: "waits", body: BODY });
    await until(() => client.connectionState().connectionRetries > 0 || client.connectionState().connectionCount > 1, "the client to be turned away");
    expect(await server.http().query(messages.list, { channel: "waits" })).toEqual([]);
    await makeRoom();
    await sent;
    expect(bodies(await watch.value((list) => list.length > 0))).toEqual([BODY]);
  });

  test("SV-42 leaves nothing that a restart stumbles over", async () => {
    const before = await server.http().query(messages.count, {});
    const makeRoom = await fillDisk();
    await writeUntilRefused(server.http(), "restart");
    await server.kill();
    await makeRoom();
    await server.start();
    expect(await server.http().query(messages.count, {})).toBeGreaterThanOrEqual(before);
    await server.http().mutation(messages.send, { channel: "restart", body: "goes on" });
  });
});
