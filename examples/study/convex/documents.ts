/** Documents of a cohort: uploading them, watching how they are taken apart, reading the parts. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { studyError } from "./model/errors";
import { startRun } from "./model/jobs";
import { FILE_BYTES_MAX, FILE_NAME_LENGTH_MAX, JOBS_SHOWN_MAX } from "./model/limits";
import { jobStep } from "./schema";

export const generateUploadUrl = mutation({
  args: {},
  returns: v.string(),
  handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

/** A job for a file that was uploaded. What is too large is deleted again. */
export const createJob = mutation({
  args: { cohortId: v.id("cohort"), fileName: v.string(), storageId: v.id("_storage") },
  returns: v.id("pdfProcessingJobs"),
  handler: async (ctx, { cohortId, fileName, storageId }) => {
    const file = await ctx.db.system.get("_storage", storageId);
    if (file === null) throw studyError("NOT_FOUND", "The upload is not there. Choose the file again.");
    if (fileName === "" || fileName.length > FILE_NAME_LENGTH_MAX) throw studyError("INVALID", `The file's name has to have from 1 to ${FILE_NAME_LENGTH_MAX} characters.`);
    if (file.size > FILE_BYTES_MAX) throw studyError("LIMIT_REACHED", `A document may have ${FILE_BYTES_MAX / 1024 / 1024} MiB. Split it.`);
    const jobId = await ctx.db.insert("pdfProcessingJobs", {
      cohortId,
      fileName,
      storageId,
      bytes: file.size,
      step: "waiting",
      run: 0,
      chunkCount: null,
      chunksWritten: 0,
      problem: null,
      touchedAt: Date.now(),
    });
    await startRun(ctx, jobId, 1);
    return jobId;
  },
});

/** The newest first. */
export const getJobs = query({
  args: { cohortId: v.id("cohort") },
  returns: v.array(
    v.object({ _id: v.id("pdfProcessingJobs"), fileName: v.string(), bytes: v.number(), step: jobStep, run: v.number(), chunkCount: v.union(v.number(), v.null()), chunksWritten: v.number(), problem: v.union(v.string(), v.null()) }),
  ),
  handler: async (ctx, { cohortId }) => {
    const jobs = await ctx.db
      .query("pdfProcessingJobs")
      .withIndex("by_cohort", (q) => q.eq("cohortId", cohortId))
      .order("desc")
      .take(JOBS_SHOWN_MAX);
    return jobs.map(({ _id, fileName, bytes, step, run, chunkCount, chunksWritten, problem }) => ({ _id, fileName, bytes, step, run, chunkCount, chunksWritten, problem }));
  },
});

export const getChunks = query({
  args: { jobId: v.id("pdfProcessingJobs"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { jobId, paginationOpts }) => {
    const { page, ...rest } = await ctx.db
      .query("chunkContent")
      .withIndex("by_job_order", (q) => q.eq("jobId", jobId))
      .paginate(paginationOpts);
    return { ...rest, page: page.map(({ _id, order, heading, text }) => ({ _id, order, heading, text })) };
  },
});

export const retryJob = mutation({
  args: { jobId: v.id("pdfProcessingJobs") },
  returns: v.null(),
  handler: async (ctx, { jobId }) => {
    const job = await ctx.db.get(jobId);
    if (job?.step !== "failed") throw studyError("INVALID", "Only what has failed can be tried again.");
    await startRun(ctx, jobId, job.run + 1);
    return null;
  },
});
