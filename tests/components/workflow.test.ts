/**
 * `@convex-dev/workflow`, used as its README does. One server and one push for the features; what outlives kills and pushes
 * has a server of its own, in workflow-durability.test.ts.
 */
import type { WorkflowId } from "@convex-dev/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, until, type TestServer } from "../harness.js";
import { refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";
import { WorkflowCalls } from "./workflow-calls.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let server: TestServer;
let app: WorkflowCalls;
let log: FunctionLog;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("workflow");
  app = new WorkflowCalls(server);
  log = new FunctionLog(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("steps", () => {
  test("queries and actions one after another, each with the results of those before", async () => {
    const id = await app.start("examples:greet", { name: "Ada" });
    expect(await app.succeeded(id)).toBe("How is Ada? How is Ada? of Ada");
    expect(await app.status(id)).toEqual({ type: "completed", result: "How is Ada? How is Ada? of Ada" });
    expect((await app.journal(id)).map(({ name, kind, runResult }) => [name, kind, runResult?.kind])).toEqual([
      ["examples:ask", "function", "success"],
      ["steps:recordAction", "function", "success"],
    ]);
  });

  test("in parallel: all run at the same time, results in the order of the calls", async () => {
    const gates = ["left", "middle", "right"];
    const id = await app.start("examples:parallel", { subject: "parallel", gates });
    for (const gate of gates) await app.did("parallel", `${gate} begins`);
    expect((await app.status(id)).type).toBe("inProgress");
    for (const gate of gates.toReversed()) await app.open(gate);
    expect(await app.succeeded(id)).toEqual(gates);
  });

  test("started by an action, with more at once than the pool takes; their log and their documents agree: once each", async () => {
    const id = await app.action<WorkflowId>("examples:startMany", { subject: "many", count: 25 });
    expect(await app.succeeded(id)).toBe(25);
    expect((await app.stepNames("many")).toSorted()).toEqual(Array.from({ length: 25 }, (_, n) => `step ${n}`).toSorted());
    for (let n = 0; n < 25; n++) expect(await log.printed(`did: step ${n} of many`)).toBe(1);
  });

  test("a workflow as a step: its result or its error, and its id while it runs", async () => {
    const waiting = await app.start("examples:parent", { subject: "child", child: "waits" });
    const child = await app.childOf(waiting);
    await until(async () => (await app.journal(child)).length === 1, "the child to wait");
    await app.mutation("manage:send", { workflowId: child, name: "approval", value: { approved: true } });
    expect(await app.succeeded(waiting)).toBe("approved of child");
    expect(await app.succeeded(await app.start("examples:parent", { subject: "failing child", child: "fails" }))).toContain("caught: ");
  });

  test("an action is tried again as often as its step allows", async () => {
    const id = await app.start("examples:retrying", { subject: "retried", failures: 2, maxAttempts: 3 });
    expect(await app.succeeded(id)).toBe(3);
    const failing = await app.start("examples:retrying", { subject: "given up", failures: 5, maxAttempts: 2 });
    expect((await app.ended(failing)).result).toEqual({ kind: "failed", error: expect.stringContaining("attempt 2 failed") as string });
    expect(await app.stepNames("given up")).toEqual(["attempt", "attempt"]);
  });

  test("without retry an action is tried once", async () => {
    const id = await app.start("examples:notRetrying", { subject: "once" });
    expect((await app.ended(id)).result.kind).toBe("failed");
    expect(await app.stepNames("once")).toEqual(["attempt"]);
  });

  test("a step that fails throws in the workflow, which may go on; its writes are undone", async () => {
    const id = await app.start("examples:catching", { subject: "caught" });
    expect(await app.succeeded(id)).toBe("recovered of caught");
    expect((await app.steps("caught")).map(({ step, note }) => [step, note])).toEqual([["recovered", true]]);
  });

  test("inline steps share the workflow's transaction, under limits of their own", async () => {
    const id = await app.start("examples:limited", { subject: "limited" });
    expect(await app.succeeded(id)).toBe("too much");
    expect(await app.stepNames("limited")).toEqual([]);
  });
});

describe("results", () => {
  test("onComplete is called once, with the result and its context", async () => {
    const id = await app.start("examples:greet", { name: "Grace" }, { context: { intent: "welcome", for: "Grace" } });
    await app.succeeded(id);
    expect(await app.completions(id)).toEqual([expect.objectContaining({ context: { intent: "welcome", for: "Grace" }, result: { kind: "success", returnValue: "How is Grace? How is Grace? of Grace" } })]);
  });

  test("a result that is not what `returns` says fails the workflow", async () => {
    const { result } = await app.ended(await app.start("examples:wrongReturn"));
    expect(result).toEqual({ kind: "failed", error: expect.stringContaining("Invalid return value") as string });
  });

  test("wrong arguments start nothing", async () => {
    expect(await refusal(app.start("examples:greet", { nobody: "x" }))).toContain("name");
    expect(await refusal(app.start("examples:nothing"))).toContain("Could not find function");
  });

  test("started with startAsync, and directly by the CLI", async () => {
    const id = await app.start("examples:greet", { name: "Alan" }, { startAsync: true });
    expect(await app.succeeded(id)).toBe("How is Alan? How is Alan? of Alan");
    const { code, output } = await server.convex(".", ["run", "examples:greet", '{ "args": { "name": "Edsger" } }']);
    expect([code, output.trim()]).toEqual([0, expect.stringMatching(/^"\w{31,37}"$/) as string]);
    await app.did("Edsger", "How is Edsger?");
    expect((await server.convex(".", ["run", "--component", "workflow", "utils:updateConfig", '{ "maxParallelism": 20 }'])).code).toBe(0);
  });
});

describe("waiting", () => {
  test("sleep and runAt: the example that begins the README, over six days", async () => {
    const id = await app.start("onboarding:userOnboarding", { user: "Barbara" });
    await app.did("Barbara", "welcome");
    expect(await app.stepNames("Barbara")).toEqual(["generate", "refine 1", "refine 2", "welcome"]);
    await app.mutation("manage:send", { workflowId: id, name: "emailHasBeenVerified" });
    await until(async () => (await app.journal(id)).at(-1)?.kind === "sleep", "the workflow to sleep");
    await server.advanceClock(3 * DAY - MINUTE);
    expect((await app.status(id)).type).toBe("inProgress");
    await server.advanceClock(MINUTE);
    for (const n of [0, 1]) {
      await until(async () => (await app.journal(id)).filter(({ name }) => name === "onboarding:sendFollowUpEmailMaybe").length === n + 1, `follow-up ${n} to be planned`);
      expect(await app.stepNames("Barbara")).toHaveLength(4 + n);
      await server.advanceClock(DAY);
      await app.did("Barbara", `follow-up ${n}`);
    }
    await app.succeeded(id);
    const [, , , welcome, first, second] = await app.steps("Barbara");
    expect(Math.floor((first!.at - welcome!.at) / DAY)).toBe(4);
    expect(Math.floor((second!.at - first!.at) / DAY)).toBe(1);
  });

  test("an event: sent before it is awaited or after, with a value of the right kind", async () => {
    const waiting = await app.start("examples:awaitingApproval", { subject: "waiting" });
    await until(async () => (await app.status(waiting)).type === "inProgress" && (await app.journal(waiting)).length === 1, "the workflow to wait");
    await app.mutation("manage:send", { workflowId: waiting, name: "approval", value: { approved: true } });
    expect(await app.succeeded(waiting)).toBe("approved of waiting");

    const late = await app.start("examples:awaitingApproval", { subject: "late" }, { startAsync: true });
    await app.mutation("manage:send", { workflowId: late, name: "approval", value: { approved: false } });
    expect(await app.succeeded(late)).toBe("refused of late");

    const wrong = await app.start("examples:awaitingApproval", { subject: "wrong" });
    await app.mutation("manage:send", { workflowId: wrong, name: "approval", value: { approved: "perhaps" } });
    expect((await app.ended(wrong)).result).toEqual({ kind: "failed", error: expect.stringContaining("boolean") as string });
  });

  test("an event that brings an error throws in the workflow", async () => {
    const id = await app.start("examples:awaitingApproval", { subject: "error" });
    await app.mutation("manage:sendError", { workflowId: id, name: "approval", error: "nobody answered" });
    expect((await app.ended(id)).result).toEqual({ kind: "failed", error: expect.stringContaining("nobody answered") as string });
  });

  test("events made ahead and awaited by their ids", async () => {
    const id = await app.start("examples:signals", { count: 3 });
    const signals = await until(async () => {
      const made = await app.steps(id);
      return made.length === 3 ? made : null;
    }, "three signals");
    for (const { at, note } of signals.toReversed()) await app.mutation("manage:sendById", { eventId: note!, value: at * 10 });
    expect(await app.succeeded(id)).toEqual([0, 10, 20]);
    expect(await refusal(app.mutation("manage:sendById", { eventId: signals[0]!.note!, value: 1 }))).toContain("already consumed");
  });
});

describe("canceling, restarting, cleaning up, listing", () => {
  test("cancel ends the workflow at once; steps that run finish, and none follows", async () => {
    const id = await app.start("examples:parallel", { subject: "canceled", gates: ["canceled gate"] });
    await app.did("canceled", "canceled gate begins");
    await app.mutation("manage:cancel", { workflowId: id });
    expect(await app.status(id)).toEqual({ type: "canceled" });
    expect((await app.ended(id)).result).toEqual({ kind: "canceled" });
    await app.open("canceled gate");
    await app.did("canceled", "canceled gate ends");
    expect(await app.completions(id)).toHaveLength(1);
  });

  test("cancel reaches a workflow within a workflow, and a sleep", async () => {
    const parent = await app.start("examples:parent", { subject: "canceled child", child: "waits" });
    const child = await app.childOf(parent);
    await app.mutation("manage:cancel", { workflowId: parent });
    expect([await app.status(parent), await app.status(child)]).toEqual([{ type: "canceled" }, { type: "canceled" }]);

    const id = await app.start("onboarding:userOnboarding", { user: "John" });
    await app.did("John", "welcome");
    await app.mutation("manage:send", { workflowId: id, name: "emailHasBeenVerified" });
    await until(async () => (await app.journal(id)).at(-1)?.kind === "sleep", "the workflow to sleep");
    await app.mutation("manage:cancel", { workflowId: id });
    await server.advanceClock(4 * DAY);
    const marker = await app.start("examples:greet", { name: "marker" });
    await app.succeeded(marker);
    expect(await app.stepNames("John")).not.toContain("follow-up 0");
  });

  test("restart goes on from the step that failed, by number, name or function; a running workflow can't be restarted", async () => {
    const id = await app.start("examples:retrying", { subject: "restarted", failures: 3, maxAttempts: 1 });
    expect((await app.ended(id)).result.kind).toBe("failed");
    for (const [n, from] of [[2, 0], [3, "steps:flaky"]] as const) {
      await app.mutation("manage:restart", { workflowId: id, from });
      await until(async () => (await app.completions(id)).length === n, "the next end");
    }
    await app.mutation("manage:restartFromFlaky", { workflowId: id });
    expect(await refusal(app.mutation("manage:restart", { workflowId: id }))).toContain("still running");
    await until(async () => (await app.completions(id)).length === 4, "the last end");
    expect((await app.completions(id)).map(({ result }) => result.kind)).toEqual(["failed", "failed", "failed", "success"]);
    expect(await app.status(id)).toEqual({ type: "completed", result: 4 });
    expect(await refusal(app.mutation("manage:restart", { workflowId: id, from: "no such step" }))).toContain('Step "no such step" not found');
  });

  test("cleanup removes a workflow that has ended, and no other", async () => {
    const id = await app.start("examples:greet", { name: "Edgar" });
    await app.succeeded(id);
    const waiting = await app.start("examples:awaitingApproval", { subject: "cleanup" });
    expect(await app.mutation("manage:cleanup", { workflowId: waiting })).toBe(false);
    expect(await app.mutation("manage:cleanup", { workflowId: id })).toBe(true);
    expect(await app.mutation("manage:cleanup", { workflowId: id })).toBe(false);
    expect(await refusal(app.status(id))).toContain("Workflow not found");
  });

  test("list and listByName, page by page", async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push(await app.start("examples:deterministic", { subject: `listed ${n}` }));
    const page = { name: "examples:deterministic", order: "desc", numItems: 2 };
    interface Listing {
      readonly page: readonly { readonly workflowId: string; readonly args: unknown }[];
      readonly isDone: boolean;
      readonly continueCursor: string;
    }
    const first = await app.query<Listing>("manage:list", { ...page, cursor: null });
    const second = await app.query<Listing>("manage:list", { ...page, cursor: first.continueCursor });
    expect([...first.page, ...second.page].map(({ workflowId }) => workflowId)).toEqual(ids.toReversed());
    const all = await app.query<Listing>("manage:list", { order: "asc", numItems: 100, cursor: null });
    expect(all.page.length).toBeGreaterThan(3);
  });

  test("status is live: whoever watches is told when it changes", async () => {
    const client = server.client();
    const id = await app.start("examples:parallel", { subject: "watched", gates: ["watched gate"] });
    const seen: string[] = [];
    client.onUpdate(queryNamed("manage:status"), { workflowId: id }, (status) => seen.push((status as { type: string }).type));
    await until(() => seen.at(-1) === "inProgress", "the first status");
    await app.open("watched gate");
    await until(() => seen.at(-1) === "completed", "the last status");
    expect(new Set(seen)).toEqual(new Set(["inProgress", "completed"]));
  });
});

describe("determinism", () => {
  test("Date and Math.random are the same at each replay, and time passes between steps", async () => {
    const id = await app.start("examples:deterministic", { subject: "deterministic" });
    const [between] = await until(async () => {
      const steps = await app.steps("deterministic");
      return steps.length > 0 ? steps : null;
    }, "the first step");
    await until(async () => (await app.journal(id)).at(-1)?.name === "a minute", "the workflow to sleep");
    await server.advanceClock(MINUTE);
    const { first, last } = await app.succeeded<{ first: number[]; last: number[] }>(id);
    expect(first).toEqual(between!.note);
    expect(last[0]! - first[0]!).toBeGreaterThanOrEqual(MINUTE);
    expect(last[1]).not.toBe(first[1]);
  });

  test("a workflow has no process and no crypto; the functions that it calls inline have theirs", async () => {
    const { handler, inline } = await app.succeeded<{ handler: string[]; inline: string[] }>(await app.start("examples:environment"));
    expect(handler).toEqual(["undefined", "undefined"]);
    expect(inline).toEqual(["object", "object", expect.stringMatching(/^[\da-f-]{36}$/)]);
  });
});

describe("workflows that hang", () => {
  test.for([
    ["examples:stuck", "never finished"],
    ["examples:endless", "timed out"],
  ] as const)("%s fails, and leaves the globals of others as they were", async ([name, reason]) => {
    expect(await refusal(app.start(name))).toContain(reason);
    const before = await app.mutation<unknown[]>("manage:globals");
    await server.advanceClock(MINUTE);
    const after = await app.mutation<unknown[]>("manage:globals");
    expect(before).toEqual([expect.any(Number), "object", "object", expect.stringMatching(/^[\da-f-]{36}$/)]);
    expect((after[0] as number) - (before[0] as number)).toBeGreaterThanOrEqual(MINUTE);
    // Within the pool it takes the pool's own function with it; the pool notices after five minutes.
    const failures = () => log.failures("worker:runMutationWrapper", "workflow/workpool");
    const failedBefore = await failures();
    const later = await app.start(name, {}, { startAsync: true });
    await until(async () => (await failures()) > failedBefore, "the pool's function to fail");
    await server.advanceClock(7 * MINUTE);
    expect((await app.ended(later)).result).toEqual({ kind: "failed", error: expect.stringContaining(reason) as string });
    expect(await app.succeeded(await app.start("examples:greet", { name: `after ${name}` }))).toContain(`after ${name}`);
  });
});
