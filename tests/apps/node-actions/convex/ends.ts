"use node";
/** Actions that do harm. */
import { spawn } from "node:child_process";
import { v } from "convex/values";
import { api } from "./_generated/api";
import { action } from "./_generated/server";

export const exit = action({ args: { code: v.number() }, handler: async (_ctx, { code }) => { console.log("before"); process.exit(code); } });
export const abort = action({ args: {}, handler: async () => process.abort() });
export const hoard = action({
  args: {},
  handler: async () => {
    const all: number[][] = [];
    for (;;) all.push(new Array<number>(100_000).fill(Math.random()));
  },
});
export const loop = action({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(api.notes.add, { text: `pid ${process.pid}` });
    for (;;);
  },
});
export const leavesChild = action({
  args: {},
  handler: async (ctx) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await ctx.runMutation(api.notes.add, { text: `child ${child.pid}` });
    await new Promise(() => undefined);
  },
});
export const rejects = action({ args: {}, handler: async () => { void Promise.reject(new Error("nobody awaits it")); await new Promise((resolve) => setTimeout(resolve, 10_000)); } });
export const throwsLater = action({ args: {}, handler: async () => { setTimeout(() => { throw new Error("from a timer"); }); await new Promise(() => undefined); } });
export const leavesTimer = action({ args: {}, handler: async () => { setInterval(() => console.log("left behind"), 1); return process.pid; } });
export const fetches = action({ args: { url: v.string() }, handler: async (_ctx, { url }) => { await (await fetch(url)).text(); return process.pid; } });
