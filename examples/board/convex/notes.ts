/**
 * The notes of a board. Pages show each of these mutations before it is answered (`src/lib/noteUpdates.ts`), so each is bound to one
 * note, and the same again changes nothing.
 */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { checkRandom, mustGetBoard } from "./model/checks";
import { boardError } from "./model/errors";
import { checkContent, findNote, mustBeAs, mustFindNote, mustHaveRoom, notesOf } from "./model/notes";
import { colour, position } from "./schema";

const content = v.object({ text: v.string(), colour, position });
const someContent = content.partial();
const ofNote = { boardId: v.id("boards"), key: v.string() };

/** In the order in which they were made. */
export const list = query({
  args: { boardId: v.id("boards") },
  returns: v.array(content.extend({ key: v.string(), placedAt: v.number() })),
  handler: async (ctx, { boardId }) => (await notesOf(ctx, boardId)).map(({ key, text, colour, position, placedAt }) => ({ key, text, colour, position, placedAt })),
});

export const create = mutation({
  args: { ...ofNote, ...content.fields },
  returns: v.null(),
  handler: async (ctx, { boardId, key, text, colour, position }) => {
    checkRandom("A note's key", key);
    checkContent({ text, position });
    await mustGetBoard(ctx, boardId);
    if ((await findNote(ctx, boardId, key)) !== null) return null;
    await mustHaveRoom(ctx, boardId);
    await ctx.db.insert("notes", { boardId, key, text, colour, position, placedAt: Date.now(), deletedAt: null });
    return null;
  },
});

/** @param expected what the note must still be, or nothing is changed: for undo */
export const change = mutation({
  args: { ...ofNote, change: someContent, expected: v.optional(someContent) },
  returns: v.null(),
  handler: async (ctx, { boardId, key, change, expected = {} }) => {
    checkContent(change);
    const note = await mustFindNote(ctx, boardId, key);
    mustBeAs(note, expected);
    const { position } = change;
    const isMoved = position !== undefined && (position.x !== note.position.x || position.y !== note.position.y);
    await ctx.db.patch(note._id, isMoved ? { ...change, placedAt: Date.now() } : change);
    return null;
  },
});

/** Deleting what is deleted already is no mistake: two people may do it at once. */
export const remove = mutation({
  args: { ...ofNote, expected: v.optional(someContent) },
  returns: v.null(),
  handler: async (ctx, { boardId, key, expected = {} }) => {
    const note = await findNote(ctx, boardId, key);
    if (note === null || note.deletedAt !== null) return null;
    mustBeAs(note, expected);
    await ctx.db.patch(note._id, { deletedAt: Date.now() });
    return null;
  },
});

/** Brings back what was deleted, with everything that it had. */
export const restore = mutation({
  args: ofNote,
  returns: v.null(),
  handler: async (ctx, { boardId, key }) => {
    const note = await findNote(ctx, boardId, key);
    if (note === null) throw boardError("NOT_FOUND", "This note was deleted too long ago.");
    if (note.deletedAt === null) return null;
    await mustHaveRoom(ctx, boardId);
    await ctx.db.patch(note._id, { deletedAt: null });
    return null;
  },
});
