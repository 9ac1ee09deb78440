/** What a run of the extraction writes: its steps, its chunks, its end. One mutation for each, so everybody sees it advance. */
import { v } from "convex/values";
import { internalMutation } from "./_generated/server";
import { isOver, requireRun, startRun, watchRun } from "./model/jobs";
import { RUN_LEASE_MS, RUNS_MAX } from "./model/limits";

const ofRun = { jobId: v.id("pdfProcessingJobs"), run: v.number() };

/** @returns the file to read */
export const begin = internalMutation({
  args: ofRun,
  returns: v.object({ storageId: v.id("_storage"), fileName: v.string() }),
  handler: async (ctx, { jobId, run }) => {
    const { storageId, fileName } = await requireRun(ctx, jobId, run);
    await ctx.db.patch(jobId, { step: "reading", touchedAt: Date.now() });
    return { storageId, fileName };
  },
});

export const noteExtracting = internalMutation({
  args: ofRun,
  returns: v.null(),
  handler: async (ctx, { jobId, run }) => {
    await requireRun(ctx, jobId, run);
    await ctx.db.patch(jobId, { step: "extracting", touchedAt: Date.now() });
    return null;
  },
});

/** Chunks that an earlier run has written stay: the same file gives the same ones. */
export const noteChunkCount = internalMutation({
  args: { ...ofRun, chunkCount: v.number() },
  returns: v.object({ chunksWritten: v.number() }),
  handler: async (ctx, { jobId, run, chunkCount }) => {
    const { chunksWritten } = await requireRun(ctx, jobId, run);
    await ctx.db.patch(jobId, { step: "chunking", chunkCount, touchedAt: Date.now() });
    return { chunksWritten };
  },
});

/** In their order, each once. The last one ends the job. */
export const writeChunk = internalMutation({
  args: { ...ofRun, order: v.number(), heading: v.union(v.string(), v.null()), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { jobId, run, order, heading, text }) => {
    const { chunksWritten, chunkCount } = await requireRun(ctx, jobId, run);
    if (order !== chunksWritten) throw new Error(`Chunk ${order} came when chunk ${chunksWritten} was due.`);
    await ctx.db.insert("chunkContent", { jobId, order, heading, text });
    await ctx.db.patch(jobId, { chunksWritten: order + 1, step: order + 1 === chunkCount ? "done" : "chunking", touchedAt: Date.now() });
    return null;
  },
});

export const fail = internalMutation({
  args: { ...ofRun, problem: v.string() },
  returns: v.null(),
  handler: async (ctx, { jobId, run, problem }) => {
    await requireRun(ctx, jobId, run);
    await ctx.db.patch(jobId, { step: "failed", problem, touchedAt: Date.now() });
    return null;
  },
});

/** Some time after a run began: it is over, it goes on, or it is lost. */
export const watch = internalMutation({
  args: ofRun,
  returns: v.null(),
  handler: async (ctx, { jobId, run }) => {
    const job = await ctx.db.get(jobId);
    if (job === null || job.run !== run || isOver(job)) return null;
    if (Date.now() - job.touchedAt < RUN_LEASE_MS) await watchRun(ctx, jobId, run);
    else if (run < RUNS_MAX) await startRun(ctx, jobId, run + 1);
    else await ctx.db.patch(jobId, { step: "failed", problem: "The document could not be taken apart: each run was lost on its way. Try again." });
    return null;
  },
});
