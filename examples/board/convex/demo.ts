/** A board to look at, for `npm run example -- board` and whoever runs `npx convex run demo:seed`. Runs once: a second call changes nothing. */
import { v } from "convex/values";
import { internalMutation } from "./_generated/server";
import type { NoteContent } from "./model/notes";

const RETROSPECTIVE: readonly NoteContent[] = [
  { text: "Went well", colour: "mint", position: { x: 120, y: 100 } },
  { text: "Shipped the new harbour map a week early", colour: "mint", position: { x: 120, y: 320 } },
  { text: "Pairing on the tide tables", colour: "mint", position: { x: 330, y: 340 } },
  { text: "Could be better", colour: "coral", position: { x: 640, y: 100 } },
  { text: "Too many handovers on Fridays", colour: "coral", position: { x: 630, y: 320 } },
  { text: "Nobody knew who was on call over the holiday", colour: "coral", position: { x: 845, y: 330 } },
  { text: "Ideas", colour: "sky", position: { x: 1160, y: 100 } },
  { text: "A quiet hour every morning", colour: "sky", position: { x: 1150, y: 320 } },
  { text: "Write the runbook together, on one board", colour: "sky", position: { x: 1365, y: 335 } },
  { text: "Lunch outside while it lasts", colour: "yellow", position: { x: 1180, y: 545 } },
  { text: "To do next week", colour: "lilac", position: { x: 120, y: 640 } },
  { text: "Ask the pilots what they miss", colour: "lilac", position: { x: 335, y: 655 } },
  { text: "Thank the night shift!", colour: "rose", position: { x: 660, y: 645 } },
];

export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if ((await ctx.db.query("boards").first()) !== null) return null;
    const boardId = await ctx.db.insert("boards", { name: "Retrospective", isListed: true });
    for (const [index, note] of RETROSPECTIVE.entries()) {
      const key = `${"0".repeat(30)}${String(index).padStart(2, "0")}`;
      await ctx.db.insert("notes", { ...note, boardId, key, placedAt: Date.now() + index, deletedAt: null });
    }
    return null;
  },
});
