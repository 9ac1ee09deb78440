import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { ConvexError, v } from "convex/values";

const storageId = v.id("_storage");

export const generateUploadUrl = mutation({ args: {}, returns: v.string(), handler: (ctx) => ctx.storage.generateUploadUrl() });

export const url = query({ args: { storageId }, handler: (ctx, args) => ctx.storage.getUrl(args.storageId) });
export const urlOfText = query({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.storage.getUrl(text) });
export const urlOfAnything = query({ args: { value: v.any() }, handler: (ctx, { value }) => ctx.storage.getUrl(value) });
export const urlWithoutArgument = query({ args: {}, handler: (ctx) => (ctx.storage.getUrl as () => Promise<string | null>)() });
export const metadata = query({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.storage.getMetadata(text) });
export const document = query({ args: { storageId }, handler: (ctx, args) => ctx.db.system.get(args.storageId) });
export const documentNamed = query({ args: { storageId }, handler: (ctx, args) => ctx.db.system.get("_storage", args.storageId) });
export const all = query({ args: {}, handler: (ctx) => ctx.db.system.query("_storage").order("desc").collect() });
export const page = query({
  args: { cursor: v.union(v.string(), v.null()) },
  handler: (ctx, { cursor }) => ctx.db.system.query("_storage").paginate({ cursor, numItems: 2 }),
});
export const bySize = query({ args: { size: v.number() }, handler: (ctx, { size }) => ctx.db.system.query("_storage").filter((q) => q.eq(q.field("size"), size)).collect() });
export const storageKeys = query({ args: {}, handler: (ctx) => Object.keys(ctx.storage).sort() });

export const savePicture = mutation({ args: { storageId, name: v.string() }, handler: (ctx, args) => ctx.db.insert("pictures", args) });
export const pictures = query({
  args: {},
  handler: async (ctx) => Promise.all((await ctx.db.query("pictures").collect()).map(async ({ name, storageId: id }) => ({ name, url: await ctx.storage.getUrl(id) }))),
});

export const remove = mutation({ args: { storageId }, handler: (ctx, args) => ctx.storage.delete(args.storageId) });
export const removeText = mutation({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.storage.delete(text) });
export const removeTwice = mutation({
  args: { storageId },
  handler: async (ctx, args) => {
    await ctx.storage.delete(args.storageId);
    await ctx.storage.delete(args.storageId);
  },
});
export const removeAndThrow = mutation({
  args: { storageId },
  handler: async (ctx, args) => {
    await ctx.storage.delete(args.storageId);
    throw new ConvexError({ urlMeanwhile: await ctx.storage.getUrl(args.storageId) });
  },
});
/** In a mutation that is known to be slow, so that it runs beside the others. */
export const removeSlowly = mutation({
  args: { storageId: v.union(storageId, v.null()), rounds: v.number() },
  handler: async (ctx, args) => {
    let sum = 0;
    for (let i = 0; i < args.rounds; i++) sum += Math.sqrt(i);
    const upload = await ctx.storage.generateUploadUrl();
    const found = args.storageId === null ? null : await ctx.storage.getUrl(args.storageId);
    if (args.storageId !== null) await ctx.storage.delete(args.storageId);
    return { upload, found, sum };
  },
});
export const writeToSystemTable = mutation({ args: { storageId }, handler: (ctx, args) => ctx.db.patch(args.storageId as never, { size: 1 } as never) });
export const deleteFromSystemTable = mutation({ args: { storageId }, handler: (ctx, args) => ctx.db.delete(args.storageId as never) });
export const otherSystemTable = query({ args: { table: v.string() }, handler: (ctx, { table }) => ctx.db.system.query(table as "_storage").collect() });
