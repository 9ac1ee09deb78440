/** The functions that editors sync through, with permissions, and documents that the server reads and writes itself. */
import { ProsemirrorSync } from "@convex-dev/prosemirror-sync";
import { getSchema } from "@tiptap/core";
import { EditorState } from "@tiptap/pm/state";
import { Transform } from "@tiptap/pm/transform";
import { v } from "convex/values";
import { components } from "./_generated/api";
import type { DataModel } from "./_generated/dataModel";
import { action, mutation, query } from "./_generated/server";
import { extensions } from "./nodes";

const prosemirrorSync = new ProsemirrorSync(components.prosemirrorSync);

export const { getSnapshot, submitSnapshot, latestVersion, getSteps, submitSteps } = prosemirrorSync.syncApi<DataModel>({
  checkRead: (_ctx, id) => {
    if (id.startsWith("secret")) throw new Error("You may not read this document.");
  },
  checkWrite: (_ctx, id) => {
    if (id.startsWith("read-only")) throw new Error("You may not write to this document.");
  },
  onSnapshot: async (ctx, id, snapshot, version) => void (await ctx.db.insert("snapshots", { document: id, version, text: snapshot })),
  pruneSnapshots: true,
});

export const snapshotsOf = query({ args: { id: v.string() }, handler: async (ctx, { id }) => (await ctx.db.query("snapshots").withIndex("by_document", (q) => q.eq("document", id)).collect()).map(({ version }) => version) });

export const create = mutation({ args: { id: v.string(), content: v.any() }, handler: (ctx, { id, content }) => prosemirrorSync.create(ctx, id, content as object) });

export const transformExample = action({
  args: { id: v.string(), text: v.string() },
  handler: async (ctx, { id, text }): Promise<string> => {
    const schema = getSchema(extensions);
    const doc = await prosemirrorSync.transform(ctx, id, schema, (doc) => {
      const tr = EditorState.create({ doc }).tr;
      tr.insertText(text, 1);
      return tr;
    });
    return doc.textContent;
  },
});
/** With a plain Transform, in one mutation. */
export const appendParagraph = mutation({
  args: { id: v.string(), text: v.string() },
  handler: async (ctx, { id, text }) => {
    const schema = getSchema(extensions);
    await prosemirrorSync.transform(ctx, id, schema, (doc) => new Transform(doc).insert(doc.content.size, schema.node("paragraph", null, schema.text(text))));
  },
});
export const readDocument = mutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const { doc, version } = await prosemirrorSync.getDoc(ctx, id, getSchema(extensions));
    return { text: doc.textBetween(0, doc.content.size, "\n"), version };
  },
});
export const deleteDocument = mutation({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.runMutation(components.prosemirrorSync.lib.deleteDocument, { id }) });
