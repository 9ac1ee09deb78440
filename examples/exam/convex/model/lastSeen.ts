/**
 * When somebody was last seen, and noticing when they are not.
 *
 *     seen        seen        seen                              seen
 *      │ check ─ ─ ─│─ ─ ─ ─ ─ │ ─ ▶ check ─ ─ ─ ─ ─▶ silence!    │ check ─ ─ …
 *      └──── silence ────┘     └─ scheduled for its last sight ─┘
 *
 * One check is pending per subject, not one per heartbeat: when it comes too early it moves itself to the moment at which
 * the last sight is old enough. What happens then is in `silence.ts`.
 */
import type { Infer } from "convex/values";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type { subject } from "../schema";
import { timing } from "./timing";

export type Subject = Infer<typeof subject>;
export type SubjectKind = Subject["kind"];

export async function lastSeenOf(ctx: MutationCtx, { id }: Subject): Promise<Doc<"lastSeen"> | null> {
  return await ctx.db
    .query("lastSeen")
    .withIndex("by_subject", (q) => q.eq("subject.id", id))
    .unique();
}

export async function markSeen(ctx: MutationCtx, subject: Subject): Promise<void> {
  const at = Date.now();
  const row = await lastSeenOf(ctx, subject);
  if (row === null) {
    await ctx.db.insert("lastSeen", { subject, at, checkId: await scheduleCheck(ctx, subject, at) });
  } else {
    await ctx.db.patch("lastSeen", row._id, { at, checkId: row.checkId ?? (await scheduleCheck(ctx, subject, at)) });
  }
}

/** For a subject that is gone for good, before its document is deleted or closed. */
export async function forget(ctx: MutationCtx, subject: Subject): Promise<void> {
  const row = await lastSeenOf(ctx, subject);
  if (row === null) return;
  if (row.checkId !== null) await ctx.scheduler.cancel(row.checkId);
  await ctx.db.delete("lastSeen", row._id);
}

/** @param seenAt the last sight, from which the moment of the check follows */
export async function scheduleCheck(ctx: MutationCtx, subject: Subject, seenAt: number) {
  return await ctx.scheduler.runAt(seenAt + silenceMs(subject.kind), internal.silence.check, { subject });
}

/** How long a subject of that kind may be silent. */
export function silenceMs(kind: SubjectKind): number {
  const { disconnectedAfterMs, presenceExpiresAfterMs, typingExpiresAfterMs } = timing();
  switch (kind) {
    case "session":
      return disconnectedAfterMs;
    case "presence":
      return presenceExpiresAfterMs;
    case "typing":
      return typingExpiresAfterMs;
  }
}
