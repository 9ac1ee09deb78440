/**
 * What the crons do. Sessions expire here and only here; the rest is a second broom behind `silence.ts`, for rows that
 * were left over by a bug or an import.
 */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { forget } from "./model/lastSeen";
import type { Subject, SubjectKind } from "./model/lastSeen";
import { CLEANED_AT_ONCE, SIGNATURE_AGE_MS_MAX } from "./model/limits";
import { timing } from "./model/timing";

/** Every minute. Ended sessions are not looked at: they have no `lastSeen` any more. */
export const expireStaleSessions = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const subjects = await silentSince(ctx, "session", Date.now() - timing().staleAfterMs);
    for (const subject of subjects) {
      if (subject.kind === "session") await ctx.db.patch("examSessions", subject.id, { status: "expired", isConnected: false, endedAt: Date.now() });
      await forget(ctx, subject);
    }
    if (subjects.length === CLEANED_AT_ONCE) await ctx.scheduler.runAfter(0, internal.cleaning.expireStaleSessions);
    return subjects.length;
  },
});

/** Every five minutes. */
export const removeLeftovers = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const { presenceExpiresAfterMs, typingExpiresAfterMs } = timing();
    // Twice the time: what is merely late is left to its own check.
    const presence = await silentSince(ctx, "presence", Date.now() - 2 * presenceExpiresAfterMs);
    const typing = await silentSince(ctx, "typing", Date.now() - 2 * typingExpiresAfterMs);
    for (const subject of [...presence, ...typing]) {
      await forget(ctx, subject);
      if ((await ctx.db.get(subject.id)) !== null) await ctx.db.delete(subject.id);
    }
    const requests = await ctx.db
      .query("scoreRequests")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - 2 * SIGNATURE_AGE_MS_MAX))
      .take(CLEANED_AT_ONCE);
    for (const request of requests) await ctx.db.delete("scoreRequests", request._id);
    const batches = [presence, typing, requests];
    if (batches.some((batch) => batch.length === CLEANED_AT_ONCE)) await ctx.scheduler.runAfter(0, internal.cleaning.removeLeftovers);
    return presence.length + typing.length + requests.length;
  },
});

async function silentSince(ctx: MutationCtx, kind: SubjectKind, time: number): Promise<Subject[]> {
  const rows = await ctx.db
    .query("lastSeen")
    .withIndex("by_kind_and_time", (q) => q.eq("subject.kind", kind).lt("at", time))
    .take(CLEANED_AT_ONCE);
  return rows.map(({ subject }) => subject);
}
