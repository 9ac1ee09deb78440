/** What is behind the scenes: files and jobs, in the system's tables. */
import { v } from "convex/values";
import { api } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";

export const generateUploadUrl = mutation(async (ctx) => await ctx.storage.generateUploadUrl());

export const addScan = mutation({
  args: { storageId: v.id("_storage"), author: v.string() },
  handler: async (ctx, { storageId, author }) => {
    await ctx.db.insert("scans", { author, file: storageId });
  },
});

export const files = query({
  args: {},
  handler: async (ctx) => {
    const files = await ctx.db.system.query("_storage").collect();
    return await Promise.all(
      files.map(async (file) => {
        const scan = await ctx.db
          .query("scans")
          .withIndex("by_file", (q) => q.eq("file", file._id))
          .unique();
        return { ...file, author: scan?.author ?? "nobody" };
      }),
    );
  },
});

export const file = query({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => await ctx.db.system.get(id) });
export const fileUrl = query({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => await ctx.storage.getUrl(id) });

export const announce = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.db.insert("announcements", { text });
  },
});

export const announceLater = mutation({
  args: { delay: v.float64(), text: v.string() },
  handler: async (ctx, { delay, text }) => {
    const job: Id<"_scheduled_functions"> = await ctx.scheduler.runAfter(delay * 1000, api.office.announce, { text });
    await ctx.db.insert("announcements", { text: `soon: ${text}`, job });
    return job;
  },
});

export const jobs = query(async (ctx) => await ctx.db.system.query("_scheduled_functions").order("desc").collect());
export const announcements = query(async (ctx) => (await ctx.db.query("announcements").collect()).map(({ text }) => text));
export const cancel = mutation({ args: { jobId: v.id("_scheduled_functions") }, handler: async (ctx, { jobId }) => await ctx.scheduler.cancel(jobId) });
