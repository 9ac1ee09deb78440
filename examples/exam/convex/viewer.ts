/** The caller as the page needs to know them: which view to show, of which exams, and how often to beat. */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { timing } from "./model/timing";
import { requireViewer } from "./model/viewer";
import { role } from "./schema";

export const me = query({
  args: {},
  returns: v.object({
    userId: v.string(),
    name: v.string(),
    role,
    exams: v.array(v.string()),
    heartbeatMs: v.number(),
    presenceBeatMs: v.number(),
    typingBeatMs: v.number(),
  }),
  handler: async (ctx) => {
    const { userId, name, role, exams } = await requireViewer(ctx);
    const { heartbeatMs, presenceBeatMs, typingBeatMs } = timing();
    return { userId, name, role, exams: [...exams], heartbeatMs, presenceBeatMs, typingBeatMs };
  },
});
