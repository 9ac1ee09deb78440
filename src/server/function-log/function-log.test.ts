import { describe, expect, test, vi } from "vitest";
import type { ExecutionJson } from "./execution-json.js";
import { FunctionLog } from "./function-log.js";
import type { LoggedExecution } from "./log-record.js";

function execution(fields: Partial<LoggedExecution> = {}): LoggedExecution {
  return { kind: "query", environment: "isolate", path: "messages:list", componentPath: "", logLines: [], failure: null, requestId: "0123456789abcdef", durationMs: 5, caller: "HttpApi", isAdmin: false, parentExecutionId: null, usage: null, ...fields };
}

interface Page {
  readonly entries: readonly ExecutionJson[];
  readonly newCursor: number;
}

async function read(log: FunctionLog, cursor: number, waitMs: number): Promise<Page> {
  return JSON.parse(await log.read(cursor, waitMs)) as Page;
}

describe("the function log", () => {
  test("CL-59 names functions in one form, with when they began and ended", async () => {
    const log = new FunctionLog({ nowMs: () => 1000.5 });
    for (const path of ["messages:list", "messages.js:list", "folder/messages.js:default", "GET /files/*"]) log.add(execution({ path, logLines: ["[WARN] careful"] }));
    const { entries } = await read(log, 0, 0);
    expect(entries.map(({ identifier }) => identifier)).toEqual(["messages:list", "messages:list", "folder/messages", "GET /files/*"]);
    expect(entries[0]).toMatchObject({ timestamp: 1.0005, executionTimestamp: 0.9955, executionTime: 0.005, logLines: [{ level: "WARN", messages: ["careful"], timestamp: 1000 }] });
  });

  test("CL-56 tells every reader the same of an execution, and of each another", async () => {
    const log = new FunctionLog({ nowMs: () => 1000 });
    log.add(execution());
    log.add(execution());
    const [first, second] = await Promise.all([read(log, 0, 0), read(log, 0, 0)]);
    expect(first.entries).toEqual(second.entries);
    const [one, other] = first.entries.map(({ executionId }) => executionId);
    expect([one, other]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringMatching(/^[0-9a-f]{16}$/)]);
    expect(one).not.toBe(other);
  });

  test("CL-58 gives a reader what came after its cursor, once, also a cursor of an earlier server", async () => {
    let nowMs = 1000;
    const { newCursor } = await read(new FunctionLog({ nowMs: () => nowMs }), 0, 0);
    nowMs = 2000;
    const log = new FunctionLog({ nowMs: () => nowMs });
    const waiting = read(log, newCursor, 60_000);
    log.add(execution({ path: "a:b" }));
    const { entries, newCursor: next } = await waiting;
    expect(entries.map(({ identifier }) => identifier)).toEqual(["a:b"]);
    expect(await read(log, next, 0)).toEqual({ entries: [], newCursor: next });
  });

  test("CL-57 keeps the newest thousand", async () => {
    const log = new FunctionLog({ nowMs: () => 1000 });
    for (let i = 0; i < 1001; i++) log.add(execution({ path: `m:f${i}` }));
    const { entries } = await read(log, 0, 0);
    expect([entries.length, entries[0]!.identifier, entries.at(-1)!.identifier]).toEqual([1000, "m:f1", "m:f1000"]);
  });

  test("CL-85 tells the lines of a run once, in order: those before a call at once, others together, the rest at the end", async () => {
    vi.useFakeTimers();
    let nowMs = 1000;
    const log = new FunctionLog({ nowMs: () => nowMs++ });
    const { logLines: _lines, failure: _failure, durationMs: _duration, usage: _usage, ...started } = execution({ kind: "action", path: "a:run" });
    const run = log.start(started);
    run.print("[LOG] 1");
    run.flush();
    log.add(execution({ path: "a:called", parentExecutionId: run.id }));
    run.print("[LOG] 2");
    run.print("[WARN] 3");
    vi.advanceTimersByTime(1000);
    run.print("[LOG] 4");
    run.end({ failure: "Uncaught Error: no", durationMs: 7, usage: null });
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    const { entries } = await read(log, 0, 0);
    const parent = run.id;
    expect(entries.map((entry) => [entry.kind, entry.identifier, entry.executionId === parent, entry.logLines.map(({ messages }) => messages[0])])).toEqual([
      ["Progress", "a:run", true, ["1"]],
      ["Completion", "a:called", false, []],
      ["Progress", "a:run", true, ["2", "3"]],
      ["Completion", "a:run", true, ["4"]],
    ]);
    expect(entries[1]).toMatchObject({ parentExecutionId: parent });
    expect(entries[2]!.logLines.map(({ timestamp }) => timestamp)).toEqual([1004, 1005]);
    expect(entries[3]).toMatchObject({ error: "Uncaught Error: no", executionTime: 0.007 });
  });
});
