/** A village's noticeboard, without a schema: a table is there once something is put into it. */
import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import type { Doc } from "./_generated/dataModel";
import { api, internal } from "./_generated/api";
import { httpAction, internalMutation, mutation, query } from "./_generated/server";

const TITLE_LENGTH_MAX = 40;
const NOTICES_MAX = 25;

/** Any arguments, since none are declared. */
export const list = query(async (ctx): Promise<Doc<"notices">[]> => {
  return await ctx.db.query("notices").collect();
});

export const post = mutation({
  args: { title: v.string(), author: v.string() },
  handler: async (ctx, { title, author }) => {
    if (title.length > TITLE_LENGTH_MAX) throw new ConvexError(`A title has at most ${TITLE_LENGTH_MAX} characters.`);
    return await ctx.db.insert("notices", { title, author });
  },
});

export const page = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, args) => await ctx.db.query("notices").order("desc").paginate(args.paginationOpts),
});

export const pageBy = query({
  args: { paginationOpts: paginationOptsValidator, author: v.string() },
  handler: async (ctx, { paginationOpts, author }) =>
    await ctx.db
      .query("notices")
      .filter((q) => q.eq(q.field("author"), author))
      .order("desc")
      .paginate(paginationOpts),
});

/** Fails with data as soon as there are too many. */
export const tidyList = query({
  args: {},
  handler: async (ctx) => {
    const notices = await ctx.db.query("notices").collect();
    if (notices.length > NOTICES_MAX) throw new ConvexError({ code: "BOARD_FULL", message: "No pin is left.", count: notices.length });
    return notices.map(({ title }) => title);
  },
});

/** Takes down whatever is there, and tells which. */
export const takeDownAll = mutation({
  args: {},
  handler: async (ctx) => {
    const notices = await ctx.db.query("notices").collect();
    return await Promise.all(
      notices.map(async ({ _id }) => {
        await ctx.db.delete("notices", _id);
        return _id;
      }),
    );
  },
});

export const sweep = internalMutation(async (ctx) => {
  for (const notice of await ctx.db.query("chalk").collect()) await ctx.db.delete(notice._id);
});

/** Written in chalk: the cron job wipes it off. */
export const chalk = mutation(async (ctx, { text }: { text: string }) => {
  await ctx.db.insert("chalk", { text });
});

export const chalked = query(async (ctx) => (await ctx.db.query("chalk").collect()).map(({ text }) => text));

/** A day passes in a minute. */
const DAY_MS = 60_000;

const countdown = (title: string, days: number): string => `${title} (in ${days} days)`;

/** A notice that counts down and then removes itself. */
export const postEvent = mutation({
  args: { title: v.string(), author: v.string(), days: v.number() },
  handler: async (ctx, { title, author, days }) => {
    const noticeId = await ctx.db.insert("notices", { title: countdown(title, days), author });
    await ctx.scheduler.runAfter(DAY_MS, internal.notices.countDown, { noticeId, title, days: days - 1 });
    return noticeId;
  },
});

export const countDown = internalMutation({
  args: { noticeId: v.id("notices"), title: v.string(), days: v.number() },
  handler: async (ctx, { noticeId, title, days }) => {
    if (days === 0) return await ctx.db.delete("notices", noticeId);
    await ctx.db.patch("notices", noticeId, { title: countdown(title, days) });
    await ctx.scheduler.runAfter(DAY_MS, internal.notices.countDown, { noticeId, title, days: days - 1 });
  },
});

/** `convex dev --run notices:init`: the same however often. */
export const init = mutation(async (ctx) => {
  if ((await ctx.db.query("notices").first()) !== null) return "already there";
  await ctx.db.insert("notices", { title: "Welcome", author: "the village" });
  return "welcomed";
});

/** HTTP actions may stand in any module; http.ts says where they are reached. */
export const postByHttp = httpAction(async (ctx, request) => {
  const { title, author } = await request.json();
  await ctx.runMutation(api.notices.post, { title: `${title} (by post)`, author });
  return new Response(null, { status: 200 });
});

export const listByHttp = httpAction(async ({ runQuery }, request) => {
  const author = new URL(request.url).searchParams.get("author") ?? request.headers.get("author") ?? null;
  if (author === null) return new Response("Say whose: ?author=, or a header.", { status: 400 });
  const notices: Doc<"notices">[] = await runQuery(api.notices.list);
  const titles = notices.filter((notice) => notice.author === author).map(({ title }) => title);
  return new Response(JSON.stringify(titles), { headers: { "content-type": "application/json" }, status: 200 });
});
