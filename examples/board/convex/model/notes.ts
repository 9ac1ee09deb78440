/** Notes by the keys that pages gave them, and what may be written into them. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { checkInside } from "./checks";
import type { Position } from "./checks";
import { boardError } from "./errors";
import { BOARD_HEIGHT, BOARD_WIDTH, NOTES_MAX, NOTE_SIZE, TEXT_LENGTH_MAX } from "./limits";

/** What a person changes of a note. */
export type NoteContent = Pick<Doc<"notes">, "text" | "colour" | "position">;

export async function findNote(ctx: QueryCtx, boardId: Id<"boards">, key: string): Promise<Doc<"notes"> | null> {
  return await ctx.db
    .query("notes")
    .withIndex("by_board_and_key", (q) => q.eq("boardId", boardId).eq("key", key))
    .unique();
}

/** One that is not deleted. */
export async function mustFindNote(ctx: QueryCtx, boardId: Id<"boards">, key: string): Promise<Doc<"notes">> {
  const note = await findNote(ctx, boardId, key);
  if (note === null || note.deletedAt !== null) throw boardError("NOT_FOUND", "Somebody has deleted this note.");
  return note;
}

export async function notesOf(ctx: QueryCtx, boardId: Id<"boards">): Promise<Doc<"notes">[]> {
  return await ctx.db
    .query("notes")
    .withIndex("by_board_and_deletedAt", (q) => q.eq("boardId", boardId).eq("deletedAt", null))
    .take(NOTES_MAX);
}

export async function mustHaveRoom(ctx: QueryCtx, boardId: Id<"boards">): Promise<void> {
  if ((await notesOf(ctx, boardId)).length >= NOTES_MAX) throw boardError("LIMIT_REACHED", `The board is full: it has ${NOTES_MAX} notes. Delete one first.`);
}

export function checkContent({ text, position }: { readonly text?: string; readonly position?: Position }): void {
  if (text !== undefined && text.length > TEXT_LENGTH_MAX) throw boardError("INVALID", `A note has at most ${TEXT_LENGTH_MAX} characters, not ${text.length}.`);
  if (position !== undefined) checkInside("A note", position, BOARD_WIDTH - NOTE_SIZE, BOARD_HEIGHT - NOTE_SIZE);
}

/** Undo gives what it expects to find: it must not take away what another has written meanwhile. */
export function mustBeAs(note: NoteContent, expected: Partial<NoteContent>): void {
  const { text = note.text, colour = note.colour, position = note.position } = expected;
  if (note.text === text && note.colour === colour && note.position.x === position.x && note.position.y === position.y) return;
  throw boardError("CHANGED_SINCE", "Somebody has changed this note since.");
}
