/**
 * Runs of a job. A run is an action, which happens at most once: one that ends with its server is never heard of again. So each run
 * has a watchman, a scheduled mutation, which happens exactly once, and starts another run when this one has fallen silent.
 */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { studyError } from "./errors";
import { RUN_LEASE_MS } from "./limits";

export type Job = Doc<"pdfProcessingJobs">;
export type JobStep = Job["step"];

export async function startRun(ctx: MutationCtx, jobId: Id<"pdfProcessingJobs">, run: number): Promise<void> {
  await ctx.db.patch(jobId, { run, step: "waiting", problem: null, touchedAt: Date.now() });
  await ctx.scheduler.runAfter(0, internal.extraction.process, { jobId, run });
  await watchRun(ctx, jobId, run);
}

export async function watchRun(ctx: MutationCtx, jobId: Id<"pdfProcessingJobs">, run: number): Promise<void> {
  await ctx.scheduler.runAfter(RUN_LEASE_MS, internal.pipeline.watch, { jobId, run });
}

export const isOver = ({ step }: Job): boolean => step === "done" || step === "failed";

/** @throws when another run has taken over: this one must write nothing more */
export async function requireRun(ctx: MutationCtx, jobId: Id<"pdfProcessingJobs">, run: number): Promise<Job> {
  const job = await ctx.db.get(jobId);
  if (job === null || job.run !== run || isOver(job)) throw studyError("SUPERSEDED", "Another run has taken over, or the job is over.");
  return job;
}
