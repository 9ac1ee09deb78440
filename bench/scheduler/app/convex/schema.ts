import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ starts: defineTable({ dueMs: v.number(), startedMs: v.number() }) });
