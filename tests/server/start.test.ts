/** How a server takes its data folder and its port, and how it says why it cannot. SV-20 to SV-26. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BIN, run, startServer, temporaryFolder, type CommandResult, type TestServer } from "../harness.js";
import { messages } from "../sync/basics-api.js";

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function start(dataFolder: string, flags: readonly string[] = ["--port", "0"]): Promise<CommandResult> {
  return run(process.execPath, [BIN, "start", "--data", dataFolder, ...flags], folder);
}

test("SV-20 starts on a folder that is not there yet, with its parents", async () => {
  const dataFolder = join(folder, "not", "there", "yet");
  const beforeMs = performance.now();
  await using server = await startServer({ dataFolder });
  console.log(`An empty folder: ready ${Math.round(performance.now() - beforeMs)} ms after the process was started.`);
  expect(await (await fetch(`${server.url}/instance_name`)).text()).toBe("rivulet");
  expect(JSON.parse(await readFile(join(dataFolder, "format.json"), "utf8"))).toEqual({ format: "rivulet", version: 2 });
});

describe.sequential("a server that runs", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
    await server.deploy("basics");
  });

  afterAll(() => server[Symbol.asyncDispose]());

  test("SV-21 keeps a second one out of its folder, and goes on", async () => {
    expect(await start(server.dataFolder)).toEqual({
      code: 1,
      output: `error: The data folder ${server.dataFolder} is in use by process ${server.pid}. Stop it, or choose another folder with --data.\n`,
    });
    expect(await server.http().query(messages.list, { channel: "a" })).toEqual([]);
  });

  test("SV-22 has everything that it acknowledged after kill -9, and the code that it ran", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, (_, i) => server.http().mutation(messages.send, { channel: "kept", body: String(i) })));
    await server.kill();
    // What came last is not in data.mdb yet; after a clean end all is.
    expect(await readdir(server.dataFolder)).toContain("journal");
    await server.start();
    const list = await server.http().query(messages.list, { channel: "kept" });
    expect(list.map(({ _id }) => _id).sort()).toEqual([...ids].sort());
    await server.http().mutation(messages.send, { channel: "kept", body: "last" });
    await server.stop();
    expect(await readdir(server.dataFolder)).not.toContain("journal");
    await server.start();
    expect(await server.http().query(messages.list, { channel: "kept" })).toHaveLength(51);
  });
});

describe("a folder that is refused is left as it is", () => {
  async function expectRefused(dataFolder: string, message: string): Promise<void> {
    const before = await readdir(dataFolder);
    expect(await start(dataFolder)).toEqual({ code: 1, output: `error: ${message}\n` });
    expect(await readdir(dataFolder)).toEqual(before);
  }

  test("SV-23 a folder of something else", async () => {
    const foreign = join(folder, "foreign");
    await mkdir(foreign);
    await writeFile(join(foreign, "package.json"), "{}");
    await expectRefused(foreign, `The folder ${foreign} holds files of something else (package.json). Choose an empty folder with --data.`);
  });

  test("SV-24 a folder that a newer version wrote", async () => {
    const newer = join(folder, "newer");
    await mkdir(newer);
    await writeFile(join(newer, "format.json"), '{"format":"rivulet","version":3}');
    const before = await readdir(newer);
    const { code, output } = await start(newer);
    expect({ code, output }).toEqual({ code: 1, output: `error: The data folder ${newer} has format 3; this version reads up to 2. Install a newer version.\n` });
    expect((await readdir(newer)).filter((name) => !name.startsWith("lock.mdb"))).toEqual(before);
  });
});

describe("ports", () => {
  test("SV-25 a port in use is named, with the way out, and nothing is left behind", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const dataFolder = join(folder, "port in use");
    const { code, output } = await start(dataFolder, ["--port", String(port)]);
    await new Promise((resolve) => other.close(resolve));
    expect({ code, output }).toEqual({ code: 1, output: `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port with --port.\n` });
    await using server = await startServer({ dataFolder });
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
  });

  test("SV-26 the site port is named by its own flag", async () => {
    await using server = await startServer();
    const { port } = new URL(server.url);
    const { code, output } = await start(join(folder, "site port"), ["--port", "0", "--site-port", port]);
    expect({ code, output }).toEqual({ code: 1, output: `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port with --site-port.\n` });
  });
});
