import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionJson } from "./execution-json.js";
import { FunctionLog } from "./function-log.js";
import { LogHistory } from "./log-history.js";
import type { LoggedExecution } from "./log-record.js";

let folder: string;
let nowMs: number;
let problems: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rivulet-log-history-"));
  nowMs = 1_000_000;
  problems = [];
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const path = (): string => join(folder, "logs", "functions.jsonl");

function open(options: { bytesMax?: number; ageMsMax?: number } = {}): FunctionLog {
  const history = new LogHistory({ path: path(), bytesMax: 1024 * 1024, ageMsMax: 100_000, nowMs: () => nowMs, onProblem: (message) => problems.push(message), ...options });
  // An engine starts some time after the one before.
  nowMs += 10;
  return new FunctionLog({ nowMs: () => nowMs, history });
}

function execution(name: string, line = "x"): LoggedExecution {
  return { kind: "query", environment: "isolate", path: `m:${name}`, componentPath: "", logLines: [`[LOG] ${line}`], failure: null, requestId: "0123456789abcdef", durationMs: 5, caller: "HttpApi", isAdmin: false, parentExecutionId: null, usage: null };
}

async function page(log: FunctionLog, cursor = 0): Promise<{ names: string[]; entries: ExecutionJson[]; newCursor: number }> {
  const { entries, newCursor } = JSON.parse(await log.read(cursor, 0)) as { entries: ExecutionJson[]; newCursor: number };
  return { names: entries.map(({ identifier }) => identifier.slice(2)), entries, newCursor };
}

describe("the history of the function log", () => {
  test("CL-88 shows what ran before a restart as it was, then what runs now", async () => {
    const first = open();
    const run = first.start(execution("act"));
    run.print("[WARN] one");
    run.flush();
    run.print("[ERROR] two");
    run.end({ failure: "Uncaught Error: no", durationMs: 3, usage: null });
    first.add(execution("asked"));
    const before = await page(first);
    await first.close();
    const second = open();
    second.add(execution("new"));
    const after = await page(second);
    expect(after.entries.slice(0, 3)).toEqual(before.entries);
    expect(after.names).toEqual(["act", "act", "asked", "new"]);
    // A reader that waits since before the restart gets the rest, once.
    expect((await page(second, before.newCursor)).names).toEqual(["new"]);
    expect((await page(second, after.newCursor)).names).toEqual([]);
    await second.close();
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  test("CL-88 has more than memory, the newest ten thousand at most", async () => {
    const log = open({ bytesMax: 64 * 1024 * 1024 });
    for (let batch = 0; batch < 11; batch++) {
      for (let i = 0; i < 1000; i++) log.add(execution(String(batch * 1000 + i)));
      // What is in memory is written; nothing is lost where no more comes meanwhile.
      await log.flush();
    }
    log.add(execution("last"));
    const { names } = await page(log);
    expect([names.length, names[0], names.at(-2), names.at(-1)]).toEqual([10_000, "1001", "10999", "last"]);
    await log.close();
  });

  test("CL-89 keeps all that has something to tell, and in a flood the newest of the rest", async () => {
    const log = open();
    for (let i = 0; i < 900; i++) log.add({ ...execution(String(i)), logLines: i % 100 === 0 ? ["[LOG] x"] : [], failure: i === 50 ? "Uncaught Error: no" : null });
    await log.close();
    const again = open();
    const { names } = await page(again);
    expect(names.slice(0, 9)).toEqual(["0", "50", "100", "200", "300", "400", "500", "600", "648"]);
    expect(names).toHaveLength(8 + 250 + 2);
    await again.close();
  });

  test("CL-89 keeps to its size, and lets the oldest go", async () => {
    const bytesMax = 512 * 1024;
    const log = open({ bytesMax });
    for (let i = 0; i < 200; i++) {
      log.add(execution(String(i), "y".repeat(10_000)));
      if (i % 20 === 19) await log.flush();
    }
    await log.close();
    const sizes = await Promise.all((await readdir(join(folder, "logs"))).map(async (name) => (await stat(join(folder, "logs", name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytesMax);
    const again = open({ bytesMax });
    const { names } = await page(again);
    expect(names.at(-1)).toBe("199");
    expect(names).toEqual(Array.from({ length: names.length }, (_, i) => String(200 - names.length + i)));
    expect(names.length).toBeGreaterThan(30);
    await again.close();
  });

  test("CL-90 half a line, or one that is none of its own, is skipped, and what follows is whole", async () => {
    const log = open();
    for (const name of ["a", "b", "c"]) log.add(execution(name));
    await log.close();
    await truncate(path(), (await stat(path())).size - 20);
    const again = open();
    again.add(execution("d"));
    await again.close();
    await appendFile(path(), 'null\n{"cursor":1}\n{"cursor":1000011,"timestampMs":1000011,"type":"completion","execution":{"path":1,"logLines":[]}}\nnonsense\n');
    const third = open();
    expect((await page(third)).names).toEqual(["a", "b", "d"]);
    await third.close();
    expect(problems).toEqual([]);
  });

  test("CL-89 what is too old is not shown, and its file is deleted", async () => {
    const log = open({ ageMsMax: 1000 });
    log.add(execution("old"));
    nowMs += 900;
    log.add(execution("young"));
    await log.close();
    nowMs += 500;
    await utimes(path(), nowMs / 1000, nowMs / 1000);
    const again = open({ ageMsMax: 1000 });
    expect((await page(again)).names).toEqual(["young"]);
    await again.close();
    nowMs += 5000;
    const third = open({ ageMsMax: 1000 });
    await third.close();
    expect(await readdir(join(folder, "logs"))).toEqual([]);
  });

  test("CL-91 a disk that refuses it is named once, and functions go on", async () => {
    await mkdir(path(), { recursive: true });
    const log = open();
    log.add(execution("a"));
    await log.flush();
    log.add(execution("b"));
    await log.flush();
    expect(problems).toEqual([expect.stringMatching(/^The history of function logs can't be written: EISDIR/)]);
    expect((await page(log)).names).toEqual(["a", "b"]);
    await rm(path(), { recursive: true });
    log.add(execution("c"));
    await log.close();
    expect(problems.slice(1)).toEqual(["The history of function logs is written again."]);
    expect(await readFile(path(), "utf8")).toMatch(/^\{.*"m:c".*\}\n$/);
  });
});
