/** What happens when somebody has been silent for too long: the scheduled function behind `model/lastSeen.ts`. */
import { v } from "convex/values";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { lastSeenOf, scheduleCheck, silenceMs } from "./model/lastSeen";
import type { Subject } from "./model/lastSeen";
import { subject } from "./schema";

export const check = internalMutation({
  args: { subject },
  returns: v.null(),
  handler: async (ctx, { subject }) => {
    const row = await lastSeenOf(ctx, subject);
    if (row === null) return null;
    if (Date.now() < row.at + silenceMs(subject.kind)) {
      await ctx.db.patch("lastSeen", row._id, { checkId: await scheduleCheck(ctx, subject, row.at) });
      return null;
    }
    await onSilence(ctx, subject);
    // A session stays known, for its next heartbeat and for the cron that expires it; the others are gone.
    if (subject.kind === "session") await ctx.db.patch("lastSeen", row._id, { checkId: null });
    else await ctx.db.delete("lastSeen", row._id);
    return null;
  },
});

async function onSilence(ctx: MutationCtx, subject: Subject): Promise<void> {
  if (subject.kind !== "session") {
    if ((await ctx.db.get(subject.id)) !== null) await ctx.db.delete(subject.id);
    return;
  }
  const session = await ctx.db.get("examSessions", subject.id);
  if (session === null || session.status !== "active") return;
  await ctx.db.patch("examSessions", session._id, { isConnected: false, connectionChangedAt: Date.now() });
}
