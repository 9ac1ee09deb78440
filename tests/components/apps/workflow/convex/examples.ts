/** One workflow for each thing that workflows can do. */
import { defineEvent, start, vWorkflowId, type WorkflowId } from "@convex-dev/workflow";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalMutation, internalQuery } from "./_generated/server";
import { workflow } from "./workflow";

const subject = { subject: v.string() };

export const greet = workflow
  .define({ args: { name: v.string() }, returns: v.string() })
  .handler(async (step, { name }): Promise<string> => {
    const question = await step.runQuery(internal.examples.ask, { name });
    const answer = await step.runAction(internal.steps.recordAction, { subject: name, step: question });
    return `${question} ${answer}`;
  });
export const ask = internalQuery({ args: { name: v.string() }, handler: async (_ctx, { name }) => `How is ${name}?` });

export const parallel = workflow.define({
  args: { ...subject, gates: v.array(v.string()) },
  handler: async (step, { subject, gates }): Promise<string[]> => await Promise.all(gates.map((gate) => step.runAction(internal.steps.gated, { subject, gate }))),
});

export const retrying = workflow.define({
  args: { ...subject, failures: v.number(), maxAttempts: v.number() },
  handler: async (step, { subject, failures, maxAttempts }): Promise<number> =>
    await step.runAction(internal.steps.flaky, { subject, failures }, { retry: { maxAttempts, initialBackoffMs: 10, base: 2 } }),
});

export const notRetrying = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<number> => await step.runAction(internal.steps.flaky, { subject, failures: 1 }),
});

export const catching = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<string> => {
    try {
      await step.runMutation(internal.steps.failing, { subject });
    } catch (error) {
      return await step.runMutation(internal.steps.record, { subject, step: "recovered", note: (error as Error).message.includes("this step always fails") }, { unstableArgs: true });
    }
    return "not reached";
  },
});

export const wrongReturn = workflow.define({ args: {}, returns: v.number(), handler: (async () => "text") as never });

export const approval = defineEvent({ name: "approval", validator: v.object({ approved: v.boolean() }) });
export const awaitingApproval = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<string> => {
    const { approved } = await step.awaitEvent(approval);
    return await step.runMutation(internal.steps.record, { subject, step: approved ? "approved" : "refused" });
  },
});

/** Runs another workflow as a step, and says what became of it. */
export const parent = workflow.define({
  args: { ...subject, child: v.union(v.literal("waits"), v.literal("fails")) },
  handler: async (step, { subject, child }): Promise<string> => {
    try {
      if (child === "waits") return await step.runWorkflow(internal.examples.awaitingApproval, { subject });
      await step.runWorkflow(internal.examples.notRetrying, { subject });
    } catch (error) {
      return `caught: ${(error as Error).message}`;
    }
    return "not reached";
  },
});

/** Started by an action, with more steps at once than the pool takes. */
export const many = workflow.define({
  args: { ...subject, count: v.number() },
  handler: async (step, { subject, count }): Promise<number> => {
    const lenient = step.withOptions({ unstableArgs: true, retry: true });
    return (await Promise.all(Array.from({ length: count }, (_, n) => lenient.runMutation(internal.steps.record, { subject, step: `step ${n}` })))).length;
  },
});
export const startMany = action({
  args: { ...subject, count: v.number() },
  handler: async (ctx, args): Promise<WorkflowId> => await start(ctx, internal.examples.many, args, { onComplete: internal.manage.completed, context: null }),
});

export const signals = workflow.define({
  args: { count: v.number() },
  handler: async (step, { count }): Promise<unknown[]> => {
    const ids = await Promise.all(Array.from({ length: count }, (_, n) => step.runMutation(internal.examples.createSignal, { workflowId: step.workflowId, n })));
    const values: unknown[] = [];
    for (const id of ids) values.push(await step.awaitEvent({ id: id as never }));
    return values;
  },
});
export const createSignal = internalMutation({
  args: { workflowId: vWorkflowId, n: v.number() },
  handler: async (ctx, { workflowId, n }): Promise<string> => {
    const id = await workflow.createEvent(ctx, { name: `signal ${n}`, workflowId });
    await ctx.db.insert("steps", { subject: workflowId, step: "signal", at: n, note: id });
    return id;
  },
});

export const deterministic = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<{ first: number[]; last: number[] }> => {
    const first = [Date.now(), Math.random()];
    await step.runMutation(internal.steps.record, { subject, step: "between", note: first });
    await step.sleep(60_000, { name: "a minute" });
    return { first, last: [Date.now(), Math.random()] };
  },
});

export const environment = workflow.define({
  args: {},
  handler: async (step): Promise<{ handler: string[]; inline: string[] }> => {
    const globals = globalThis as Record<string, unknown>;
    const handler = ["process", "crypto"].map((name) => typeof globals[name]);
    return { handler, inline: await step.runMutation(internal.examples.globalsSeen, {}, { inline: true }) };
  },
});
export const globalsSeen = internalMutation({ args: {}, handler: async (): Promise<string[]> => [typeof process, typeof crypto, crypto.randomUUID()] });

export const limited = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<string> => {
    try {
      await step.runMutation(internal.examples.writeTwice, { subject }, { inline: true, transactionLimits: { documentsWritten: 1 } });
    } catch {
      return "too much";
    }
    return "enough";
  },
});
export const writeTwice = internalMutation({
  args: subject,
  handler: async (ctx, { subject }): Promise<null> => {
    await ctx.db.insert("steps", { subject, step: "one", at: 0 });
    await ctx.db.insert("steps", { subject, step: "two", at: 0 });
    return null;
  },
});

/** Waits for what never comes: no step, no event. */
export const stuck = workflow.define({ args: {}, handler: async (): Promise<null> => await new Promise(() => undefined) });
export const endless = workflow.define({
  args: {},
  handler: async (): Promise<null> => {
    for (;;);
  },
});

/** A later version of the app has these steps the other way round. */
export const reordered = workflow.define({
  args: subject,
  handler: async (step, { subject }): Promise<null> => {
    await step.runMutation(internal.steps.record, { subject, step: "first" });
    await step.sleep(60_000);
    await step.runMutation(internal.steps.record, { subject, step: "second" });
    return null;
  },
});
