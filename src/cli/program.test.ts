import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { SETTING_NAMES, SETTINGS } from "../server/settings.js";
import { runCommand, SpawnedCommand, TestFolder } from "./testing/command-line.suite.js";

describe("help and errors", () => {
  test("CL-4: the help of start and dev names every setting, its default and its variable", async () => {
    for (const command of ["start", "dev"]) {
      const { exitCode, out } = await runCommand([command, "--help"]);
      expect(exitCode).toBe(0);
      for (const name of SETTING_NAMES) expect(out).toContain(`--${SETTINGS[name].flag} <`);
      expect(out).toContain("(default 3210; RIVULET_PORT)");
      expect(out).toContain("Examples:");
    }
  });

  test.each([[["--help"]], [["keys", "--help"]]])("CL-4: %j has examples", async (args) => {
    const { exitCode, out } = await runCommand(args);
    expect([exitCode, out.includes("Examples:\n  $ rivulet ")]).toEqual([0, true]);
  });

  test.each([
    [["strat"], "error: unknown command 'strat'\n(Did you mean start?)"],
    [["start", "--prot", "1"], "error: unknown option '--prot'\n(Did you mean --port?)"],
    [["start", "--port"], "error: option '--port <number>' argument missing"],
    [["start", "--port", "x"], 'error: --port must be a port from 0 to 65535, not "x".'],
    [["keys", "revoke"], "error: missing required argument 'name'"],
  ])("CL-5: %j is a usage error, exit code 2", async (args, message) => {
    const { exitCode, err } = await runCommand(args);
    expect([exitCode, err.startsWith(message) ? message : err]).toEqual([2, message]);
  });
});

describe("rivulet keys", () => {
  test("CL-20: create prints the key alone, list its name, revoke ends it", async () => {
    using folder = new TestFolder();
    const data = join(folder.path, "data");
    const created = await runCommand(["keys", "create", "deploy", "--data", data]);
    expect(created).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^deploy\|[0-9a-f]{64}$/) as string });
    expect((await runCommand(["keys", "list", "--data", data])).out).toMatch(/^deploy {2}made \d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await runCommand(["keys", "revoke", "deploy"], { environment: { RIVULET_DATA: data } })).toMatchObject({ exitCode: 0 });
    expect((await runCommand(["keys", "list", "--data", data])).out).toMatch(/ {2}revoked \d{4}/);
  });

  test("CL-23: failures are exit code 1 with cause and mend", async () => {
    using folder = new TestFolder();
    const missing = join(folder.path, "missing");
    expect(await runCommand(["keys", "list", "--data", missing])).toMatchObject({ exitCode: 1, err: `error: There is no data folder ${missing}. Name the folder of the server with --data.` });
    expect(await runCommand(["keys", "revoke", "x", "--data", folder.path])).toMatchObject({ exitCode: 1, err: 'error: There is no valid admin key named "x".' });
  });
});

describe("rivulet start", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("CL-6, CL-7: says one line when it is ready; %s closes sockets with 1001 and ends with exit code 0", async (signal) => {
    using folder = new TestFolder();
    await using command = new SpawnedCommand(["start", "--data", folder.path, "--port", "0"]);
    await vi.waitFor(() => expect(command.out).toMatch(/\n/), { timeout: 20_000 });
    const [, url] = /^Rivulet is ready at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(command.out)!;
    expect(await (await fetch(`${url}/instance_name`)).text()).toBe("rivulet");
    const webSocket = new WebSocket(`${url!.replace("http", "ws")}/api/sync`);
    await new Promise((resolve) => webSocket.once("open", resolve));
    const closed = new Promise((resolve) => webSocket.once("close", resolve));
    command.process.kill(signal);
    expect(await closed).toBe(1001);
    expect(await command.exited).toBe(0);
    expect(command.out).toMatch(/^.*\n$/);
  });

  test("CL-8: a port in use is named, with the way out", async () => {
    using folder = new TestFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, err } = await runCommand(["start", "--data", folder.path, "--port", String(port)]);
    other.close();
    expect([exitCode, err]).toEqual([1, `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port with --port.`]);
  });

  test("CL-9: an engine that cannot start ends the command with the engine's reason", async () => {
    using folder = new TestFolder();
    const result = await runCommand(["start", "--data", folder.path, "--port", "0", "--instance-name", "fails-to-start"]);
    expect(result).toEqual({ exitCode: 1, out: "", err: "error: The data folder is not readable" });
  });

  test("CL-10: an engine that dies again and again ends the command with exit code 70", async () => {
    using folder = new TestFolder();
    await using command = new SpawnedCommand(["start", "--data", folder.path, "--port", "0", "--instance-name", "dies-when-ready"]);
    expect(await command.exited).toBe(70);
    expect(command.err).toContain("The engine died 6 times in a row, last because a bug.");
    const logged = command.err.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as { msg: string }] : []));
    expect(logged.map(({ msg }) => msg)).toEqual(Array.from({ length: 6 }, () => "The engine died: a bug."));
  });

  test("CL-24: RIVULET_ADMIN_KEY of a wrong form is refused", async () => {
    using folder = new TestFolder();
    const { exitCode, err } = await runCommand(["start", "--data", folder.path, "--port", "0"], { environment: { RIVULET_ADMIN_KEY: "nonsense" } });
    expect([exitCode, err.startsWith("error: RIVULET_ADMIN_KEY must have the form name|secret")]).toEqual([1, true]);
  });
});
