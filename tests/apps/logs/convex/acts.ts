/** Actions that print while they run. A gate is a URL that answers when the test says so. */
import { v } from "convex/values";
import { api } from "./_generated/api";
import { action } from "./_generated/server";

export const report = action({
  args: { gate: v.string() },
  handler: async (ctx, { gate }) => {
    console.log("before the call");
    await ctx.runMutation(api.notes.add, { text: "called" });
    console.log("after the call");
    console.warn("waiting");
    await fetch(gate);
    console.log("through the gate");
  },
});
export const flood = action({
  args: { gate: v.string(), lines: v.number() },
  handler: async (_ctx, { gate, lines }) => {
    for (let i = 0; i < lines; i++) console.log(i);
    await fetch(gate);
  },
});
export const hoard = action({
  args: {},
  handler: async () => {
    console.log("before the end");
    const all: number[][] = [];
    for (;;) all.push(new Array<number>(100_000).fill(Math.random()));
  },
});
export const relay = action({ args: {}, handler: async (ctx) => await ctx.runMutation(api.notes.refuse, {}) });
export const relayTwice = action({ args: {}, handler: async (ctx): Promise<unknown> => await ctx.runAction(api.acts.relay, {}) });
