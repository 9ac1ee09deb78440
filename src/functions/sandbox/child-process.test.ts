import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

async function child(mode: string): Promise<unknown> {
  const script = new URL("./child-process.suite.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", script, mode]);
  return JSON.parse(stdout.split("\n")[0]!);
}

describe("in a process of its own", () => {
  test("RT-4.9 sandboxes that are dropped are freed", async () => {
    const { bytesPerSandbox } = (await child("memory")) as { bytesPerSandbox: number };
    // One that leaks holds its context and its modules' state: some 500 kB.
    expect(bytesPerSandbox).toBeLessThan(20_000);
  });

  test("RT-1.9 a rejection that nobody awaits is told to the sandbox's owner; others still end the process", async () => {
    expect(await child("rejections")).toEqual({
      outcomes: [{ kind: "ok", value: "done" }, { kind: "ok", value: "done" }],
      told: ["dropped"],
      others: "the server's own",
    });
  });
});
