"use node";
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
export const kill = action({
  args: {},
  handler: async () => {
    console.log("before the end");
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => undefined);
  },
});
export const relay = action({ args: {}, handler: async (ctx) => await ctx.runMutation(api.notes.refuse, {}) });
