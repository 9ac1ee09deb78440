"use node";
/** Takes an uploaded document apart. Reads, extracts and cuts here; everything that is to stay is written by the mutations of `pipeline.ts`. */
import { inflateSync } from "node:zlib";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalAction } from "./_generated/server";
import type { ActionCtx } from "./_generated/server";
import { chunksOf } from "./model/chunks";
import { isStudyError, studyError } from "./model/errors";
import { CHUNKS_MAX, INFLATED_BYTES_MAX } from "./model/limits";
import { textOf } from "./model/text";

interface Run {
  readonly jobId: Id<"pdfProcessingJobs">;
  readonly run: number;
}

export const process = internalAction({
  args: { jobId: v.id("pdfProcessingJobs"), run: v.number() },
  returns: v.null(),
  handler: async (ctx, of): Promise<null> => {
    try {
      await takeApart(ctx, of);
    } catch (error) {
      if (!isStudyError(error)) throw error;
      // Another run writes the job's story now.
      if (error.data.code !== "SUPERSEDED") await ctx.runMutation(internal.pipeline.fail, { ...of, problem: error.data.message });
    }
    return null;
  },
});

async function takeApart(ctx: ActionCtx, of: Run): Promise<void> {
  const { storageId } = await ctx.runMutation(internal.pipeline.begin, of);
  const file = await ctx.storage.get(storageId);
  if (file === null) throw studyError("NOT_FOUND", "The uploaded file is gone. Upload it again.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  await ctx.runMutation(internal.pipeline.noteExtracting, of);
  const chunks = chunksOf(textOf(bytes, boundedInflate()));
  if (chunks.length === 0) throw studyError("UNREADABLE", "There is no text in this document.");
  if (chunks.length > CHUNKS_MAX) throw studyError("LIMIT_REACHED", `This document has ${chunks.length} chunks; ${CHUNKS_MAX} is the limit. Split it.`);
  const { chunksWritten } = await ctx.runMutation(internal.pipeline.noteChunkCount, { ...of, chunkCount: chunks.length });
  for (const [order, chunk] of chunks.entries()) {
    if (order >= chunksWritten) await ctx.runMutation(internal.pipeline.writeChunk, { ...of, order, ...chunk });
  }
}

/** All that comes out of one document is bounded: a small file can hold a huge one. */
function boundedInflate(): (data: Uint8Array) => Uint8Array {
  let left = INFLATED_BYTES_MAX;
  return (data) => {
    try {
      const inflated = inflateSync(data, { maxOutputLength: left });
      left -= inflated.length;
      return inflated;
    } catch {
      throw studyError("UNREADABLE", "This PDF cannot be read here: a part of it is damaged, or unpacks to more than 64 MiB. Save its text as plain text or Markdown.");
    }
  };
}
