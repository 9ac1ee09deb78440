/** How asking the source went. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { payload } from "./payload";

export const outcome = v.union(
  v.object({ kind: v.literal("fetched"), payload }),
  /** The source has it no more. */
  v.object({ kind: v.literal("gone") }),
  v.object({ kind: v.literal("failed"), problem: v.string() }),
);

export type Outcome = Infer<typeof outcome>;
