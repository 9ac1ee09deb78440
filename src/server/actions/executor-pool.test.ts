/** places, order, ends and new code, over executors that do what the test says. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActionOutcome, ToExecutor } from "../../functions/actions/executor-messages.js";
import type { Executor, ExecutorEvents } from "./executor.js";
import { ExecutorPool, type Run } from "./executor-pool.js";

/** No executor can take it. */
const CLOSED_PORT = "closed";

class FakeExecutor implements Executor<string> {
  readonly received: ToExecutor<string>[] = [];
  isEnded = false;

  constructor(readonly events: ExecutorEvents) {}

  post(message: ToExecutor<string>): boolean {
    if (message.type === "run" && message.port === CLOSED_PORT) return false;
    this.received.push(message);
    return true;
  }

  end(): Promise<void> {
    this.isEnded = true;
    return Promise.resolve();
  }

  get code(): string {
    return this.received.flatMap((message) => (message.type === "code" ? [message.code] : [])).at(-1)!;
  }

  get job(): string | undefined {
    return this.received.flatMap((message) => (message.type === "run" && message.job.type === "action" ? [message.job.name] : [])).at(-1);
  }

  done(value = "null", isSpent = false): void {
    this.events.onMessage({ type: "done", outcome: { ok: true, value }, isSpent });
  }
}

let executors: FakeExecutor[];
let pool: ExecutorPool<string>;
const outcomes = new Map<string, ActionOutcome>();

beforeEach(() => {
  vi.useFakeTimers();
  executors = [];
  outcomes.clear();
  pool = new ExecutorPool<string>({
    start: (events) => {
      const executor = new FakeExecutor(events);
      executors.push(executor);
      return executor;
    },
    runsMax: 2,
    actionMsMax: 1000,
    idleMs: 500,
  });
  pool.use("v1");
});

afterEach(() => vi.useRealTimers());

function run(name: string, options: Partial<Run> = {}): void {
  pool.run({
    job: { type: "action", module: "m.js", name, args: "{}", requestId: "r" },
    port: null,
    depth: 0,
    onStart: () => undefined,
    onLog: () => undefined,
    onWithheld: () => undefined,
    onSyscall: () => undefined,
    onDone: (outcome) => {
      expect(outcomes.has(name)).toBe(false);
      outcomes.set(name, outcome);
    },
    ...options,
  });
}

const running = (): (string | undefined)[] => executors.filter(({ isEnded }) => !isEnded).map(({ job }) => job);
const messageOf = (name: string): string => {
  const outcome = outcomes.get(name);
  return outcome === undefined || outcome.ok ? String(outcome?.ok) : outcome.failure.message;
};

describe("places", () => {
  test("more than there are places wait, and start in their order on the executors that become free", () => {
    for (const name of ["a", "b", "c", "d"]) run(name);
    expect([running(), pool.running, pool.waiting]).toEqual([["a", "b"], 2, 2]);
    executors[1]!.done('"of b"');
    expect(outcomes.get("b")).toEqual({ ok: true, value: '"of b"' });
    expect([running(), pool.waiting]).toEqual([["a", "c"], 1]);
    executors[0]!.done();
    expect(running()).toEqual(["d", "c"]);
    expect(executors).toHaveLength(2);
  });

  test("each depth has places of its own", () => {
    for (const name of ["a", "b"]) run(name);
    run("called by a", { depth: 1 });
    expect(running()).toEqual(["a", "b", "called by a"]);
  });

  test("one that nobody wants any more is dropped when its turn comes, and takes no place", () => {
    let isDropped = false;
    run("a");
    run("b");
    run("dropped", { isDropped: () => isDropped });
    run("c");
    isDropped = true;
    executors[0]!.done();
    expect(running()).toEqual(["c", "b"]);
    expect([...outcomes.keys()]).toEqual(["a"]);
  });

  test("one whose client is gone when its turn comes is told so, and takes no place", () => {
    const gone: string[] = [];
    run("first", { port: CLOSED_PORT, onGone: () => gone.push("first") });
    run("a");
    run("b");
    expect([gone, running(), executors.length]).toEqual([["first"], ["a", "b"], 2]);
    run("later", { port: CLOSED_PORT, onGone: () => gone.push("later") });
    run("c");
    executors[0]!.done();
    expect([gone, running(), executors.length, pool.waiting]).toEqual([["first", "later"], ["c", "b"], 2, 0]);
    executors[0]!.done();
    executors[1]!.done();
    vi.advanceTimersByTime(500);
    expect([pool.executors, [...outcomes.keys()]]).toEqual([0, ["a", "c", "b"]]);
  });

  test("waiting has a bound", () => {
    for (let n = 0; n < 10_002; n++) run(String(n));
    expect(() => run("one more")).toThrow("Too many actions are waiting");
  });
});

describe("ends", () => {
  test("an executor that dies fails its own action, once, and gives its place to the next", () => {
    for (const name of ["a", "b", "c"]) run(name);
    executors[0]!.events.onExit("it ran out of memory (limit 64 MB)");
    expect(messageOf("a")).toBe("The action failed: it ran out of memory (limit 64 MB). What it had done until then stays done.");
    expect(executors.map(({ job }) => job)).toEqual(["a", "b", "c"]);
    executors[0]!.done();
    expect(outcomes.size).toBe(1);
  });

  test("an action whose time is over fails, and its executor is ended", () => {
    run("slow");
    vi.advanceTimersByTime(999);
    expect(outcomes.size).toBe(0);
    vi.advanceTimersByTime(1);
    expect(messageOf("slow")).toContain("Action execution timed out (maximum duration: 1s)");
    expect(executors[0]!.isEnded).toBe(true);
    executors[0]!.events.onExit("its thread ended with code 1");
    expect([pool.executors, pool.running]).toEqual([0, 0]);
  });

  test("one that left something behind is not used again", () => {
    run("a");
    executors[0]!.done("null", true);
    run("b");
    expect([executors[0]!.isEnded, executors[1]!.job]).toEqual([true, "b"]);
  });

  test("idle ones are used again, and ended after a while; the others stay", () => {
    run("a");
    run("b");
    executors[0]!.done();
    vi.advanceTimersByTime(499);
    run("c");
    expect(running()).toEqual(["c", "b"]);
    executors[0]!.done();
    executors[1]!.done();
    vi.advanceTimersByTime(500);
    expect([pool.executors, executors.every(({ isEnded }) => isEnded)]).toEqual([0, true]);
  });

  test("an idle one that dies is forgotten", () => {
    run("a");
    executors[0]!.done();
    executors[0]!.events.onExit("its thread ended with code 1");
    run("b");
    expect(executors[1]!.job).toBe("b");
  });

  test("answers to what an ended action had asked go nowhere", () => {
    let reply: Parameters<Run["onSyscall"]>[2] | null = null;
    run("a", { onSyscall: (_op, _args, answer) => (reply = answer) });
    executors[0]!.events.onMessage({ type: "syscall", id: 5, op: "1.0/x", args: "{}" });
    reply!({ ok: true, value: "1" });
    expect(executors[0]!.received.at(-1)).toEqual({ type: "syscallReply", id: 5, reply: { ok: true, value: "1" } });
    executors[0]!.done();
    reply!({ ok: true, value: "2" });
    expect(executors[0]!.received.filter(({ type }) => type === "syscallReply")).toHaveLength(1);
  });

  test("close() fails what runs and ends all; what waits fails too", async () => {
    for (const name of ["a", "b", "c"]) run(name);
    await pool.close();
    expect(["a", "b", "c"].map((name) => outcomes.get(name)?.ok)).toEqual([false, false, false]);
    expect(executors.every(({ isEnded }) => isEnded)).toBe(true);
  });
});

describe("new code", () => {
  test("is used from the next action on; running ones keep theirs, and idle executors end", () => {
    run("a");
    run("b");
    executors[0]!.done();
    pool.use("v2");
    expect(executors.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    run("c");
    expect(executors.map(({ code }) => code)).toEqual(["v1", "v1", "v2"]);
    executors[1]!.done('"old"');
    expect([outcomes.get("b"), executors[1]!.isEnded]).toEqual([{ ok: true, value: '"old"' }, true]);
  });

  test("without code nothing runs", () => {
    pool.use(null);
    run("a");
    expect(messageOf("a")).toContain("is still being installed on the server");
  });
});
