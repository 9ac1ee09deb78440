import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const whoami = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });

/** Only who it is; it does not change when a token is renewed. */
export const subject = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });

export const anything = query({ args: {}, handler: async () => "the same for all" });

/** A query that looks at who asks, with as many variants as a test needs. */
export const variant = query({ args: { n: v.number() }, handler: async (ctx) => `${(await ctx.auth.getUserIdentity())?.subject ?? "nobody"} ${Math.random()}` });

export const authors = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ author }) => author) });

/** Who wrote the notes, as a query that changes with each of them and looks at who asks. */
export const mine = query({
  args: {},
  handler: async (ctx) => {
    const subject = (await ctx.auth.getUserIdentity())?.subject ?? "nobody";
    const notes = await ctx.db.query("notes").collect();
    return { subject, count: notes.filter(({ author }) => author === subject).length };
  },
});

export const write = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    const identity = await ctx.auth.getUserIdentity();
    if (identity === null) throw new Error("Unauthenticated call to mutation");
    await ctx.db.insert("notes", { author: identity.subject, body });
    return identity.tokenIdentifier;
  },
});

export const writeAsAnybody = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    const author = (await ctx.auth.getUserIdentity())?.subject ?? "nobody";
    await ctx.db.insert("notes", { author, body });
    return author;
  },
});

/** The raw token, as `ctx.meta` tells it. */
export const tokenOfCaller = mutation({ args: {}, handler: async (ctx) => (await ctx.meta.getRequestMetadata()).authToken });

/** As text, since not every claim is a Convex value. */
export const claims = query({ args: {}, handler: async (ctx) => JSON.stringify(await ctx.auth.getUserIdentity()) });
