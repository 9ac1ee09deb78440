/** The string interface that convex/server is written on, as libraries with a ctx of their own use it. */
import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

declare const Convex: { asyncSyscall(op: string, args: string): Promise<string>; jsSyscall(op: string, args: unknown): unknown };

const call = async (op: string, storageId: string | undefined): Promise<unknown> => JSON.parse(await Convex.asyncSyscall(op, JSON.stringify({ requestId: "", version: "1.48.0", storageId })));
const args = { op: v.string(), storageId: v.optional(v.string()) };

export const inQuery = query({ args, handler: (_ctx, { op, storageId }) => call(op, storageId) });
export const inMutation = mutation({ args, handler: (_ctx, { op, storageId }) => call(op, storageId) });
export const js = mutation({ args: { op: v.string() }, handler: (_ctx, { op }) => Convex.jsSyscall(op, {}) });
