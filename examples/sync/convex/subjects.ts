/**
 * Reading what is mirrored. The boards are public at their source, so nobody is asked who they are, and everybody who
 * watches a board shares one run of its query: a change costs one, for one watcher or for fifty.
 */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { payload } from "./model/payload";
import { findSubject } from "./model/subjects";

/** Null when it was never fetched, or is gone. */
export const get = query({
  args: { key: v.string() },
  returns: v.union(payload, v.null()),
  handler: async (ctx, { key }) => (await findSubject(ctx, key))?.payload ?? null,
});
