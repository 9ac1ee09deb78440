/** Actions of the default runtime. */
import { ConvexError, v } from "convex/values";
import { createFunctionHandle, makeFunctionReference, type FunctionHandle } from "convex/server";
import { api, internal } from "./_generated/api";
import { action, internalAction } from "./_generated/server";

export const echo = action({ args: { value: v.any() }, handler: async (_ctx, { value }) => value });
export const nothing = action({ args: {}, handler: async () => undefined });
export const bare = action(async (_ctx, args: { x?: number }) => args);
export const typed = action({ args: { n: v.number(), note: v.optional(v.id("notes")) }, returns: v.string(), handler: async (_ctx, { n }) => `n=${n}` });
export const wrongReturn = action({
  args: { text: v.string() },
  returns: v.object({ a: v.number() }),
  handler: async (ctx, { text }) => {
    await ctx.runMutation(internal.notes.addInternal, { text });
    return { a: "no number" } as unknown as { a: number };
  },
});
export const hidden = internalAction({ args: {}, handler: async () => "hidden" });

export const calls = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<unknown[]> => {
    const before = await ctx.runQuery(api.notes.count, { text });
    await ctx.runMutation(api.notes.add, { text });
    await ctx.runMutation(internal.notes.addInternal, { text });
    const after = await ctx.runQuery(internal.notes.countInternal, { text });
    return [before, after, await ctx.runAction(internal.acts.hidden, {}), await ctx.runAction(api.acts.echo, { value: { big: 5n, bytes: new Uint8Array([1, 2]).buffer } })];
  },
});

export const byHandleAndName = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<number> => {
    const handle: FunctionHandle<"mutation", { text: string }> = await createFunctionHandle(api.notes.add);
    await ctx.runMutation(handle, { text });
    await ctx.runMutation(makeFunctionReference<"mutation", { text: string }>("notes:add"), { text });
    return await ctx.runQuery(api.notes.count, { text });
  },
});

export const addThenFail = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.runMutation(api.notes.add, { text });
    throw new Error("failed after adding");
  },
});

export const catches = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const caught = await ctx.runMutation(internal.notes.addThenThrow, { text }).then(() => null, (error: unknown) => error);
    const plain = await ctx.runMutation(internal.notes.throwError, {}).then(() => null, (error: unknown) => error as Error);
    return {
      isConvexError: caught instanceof ConvexError,
      data: caught instanceof ConvexError ? (caught.data as unknown) : null,
      isError: plain instanceof Error,
      message: plain?.message ?? null,
      count: await ctx.runQuery(api.notes.count, { text }),
    };
  },
});

export const throwData = action({ args: { data: v.any() }, handler: async (_ctx, { data }) => { throw new ConvexError(data); } });
export const throwDataDeep = action({ args: { data: v.any() }, handler: async (ctx, { data }): Promise<void> => { await ctx.runAction(api.acts.throwData, { data }); } });
export const wrongKinds = action({
  args: {},
  handler: async (ctx) => {
    const message = (promise: Promise<unknown>) => promise.then(() => "it ran", (error: Error) => error.message);
    return [
      await message(ctx.runQuery(api.notes.add as never, { text: "x" } as never)),
      await message(ctx.runMutation(api.notes.count as never, { text: "x" } as never)),
      await message(ctx.runAction(api.notes.count as never, { text: "x" } as never)),
      await message(ctx.runQuery(makeFunctionReference<"query">("no:such"), {})),
      await message(ctx.runMutation(api.notes.add, { text: 5 } as never)),
    ];
  },
});

export const context = action({
  args: {},
  handler: async (ctx) => ({ keys: Object.keys(ctx).sort(), meta: await ctx.meta.getFunctionMetadata(), deployment: await ctx.meta.getDeploymentMetadata(), request: await ctx.meta.getRequestMetadata() }),
});

export const whoAmI = action({
  args: {},
  handler: async (ctx): Promise<unknown[]> => [(await ctx.auth.getUserIdentity())?.name ?? null, await ctx.runQuery(internal.notes.whoAmI, {})],
});

export const prints = action({
  args: {},
  handler: async (ctx) => {
    console.log("before", { a: 1 });
    await ctx.runMutation(api.notes.add, { text: "printed" });
    console.error(new Error("shown with its frames"));
    return null;
  },
});

/** Announces that it runs, then waits at a gate. */
export const waitAtGate = action({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(api.notes.add, { text: `running ${name}` });
    while (!(await ctx.runQuery(api.notes.isOpen, { name }))) await new Promise((resolve) => setTimeout(resolve, 10));
    await ctx.runMutation(api.notes.add, { text: `passed ${name}` });
    return VERSION;
  },
});

const VERSION = "first";

export const endless = action({ args: {}, handler: async () => { for (;;); } });
export const never = action({ args: {}, handler: async () => await new Promise(() => undefined) });
export const hoardHeap = action({ args: {}, handler: async () => { const kept: number[][] = []; for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i + Math.random())); } });
export const hoardBuffers = action({
  args: {},
  handler: async () => {
    const kept: Uint8Array[] = [];
    for (;;) {
      kept.push(new Uint8Array(4_000_000).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
});
/** Ten times the limit, but never more than a part of it at a time. */
export const churnBuffers = action({
  args: {},
  handler: async () => {
    let sum = 0;
    for (let n = 0; n < 20; n++) {
      sum += new Uint8Array(32_000_000).fill(1)[n]!;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return sum;
  },
});
export const recursion = action({ args: { depth: v.number() }, handler: async (ctx, { depth }): Promise<number> => (depth === 0 ? 0 : 1 + (await ctx.runAction(api.acts.recursion, { depth: depth - 1 }))) });
export const fanOut = action({
  args: { count: v.number(), text: v.string() },
  handler: async (ctx, { count, text }): Promise<number> => {
    await Promise.all(Array.from({ length: count }, () => ctx.runAction(api.acts.calls, { text })));
    return await ctx.runQuery(api.notes.count, { text });
  },
});
export const leavesBehind = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    setTimeout(() => console.log("nobody should see this"), 5);
    void ctx.runMutation(api.notes.add, { text });
    return "left";
  },
});
export const large = action({ args: { length: v.number() }, handler: async (_ctx, { length }) => "x".repeat(length) });
export const throwsLater = action({ args: {}, handler: async () => { void Promise.reject(new Error("nobody awaits me")); await new Promise((resolve) => setTimeout(resolve, 5)); return "fine"; } });
