/** Documents of the cohort: each shows how far it is taken apart, and the parts when it is opened. */
import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import { useState } from "react";
import type { ChangeEvent } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { formatBytes, formatCount } from "../lib/format";
import type { Job } from "../lib/types";
import { CheckIcon, FileIcon, UploadIcon } from "./Icons";

const CHUNKS_AT_ONCE = 10;

export function Documents({ cohortId }: { cohortId: Id<"cohort"> }) {
  const jobs = useQuery(api.documents.getJobs, { cohortId });
  const [openId, setOpenId] = useState<Id<"pdfProcessingJobs"> | null>(null);
  const open = jobs?.find(({ _id }) => _id === openId);
  return (
    <>
      <div className="page-head">
        <h1>Documents</h1>
        <UploadButton cohortId={cohortId} />
      </div>
      <p className="faint">PDF with text in it, Markdown and plain text, up to 8 MiB. A document is read, cut into chunks, and each chunk is there as soon as it is written.</p>
      <div className="document-columns">
        <ul className="jobs" data-testid="jobs">
          {jobs?.map((job) => <JobCard key={job._id} job={job} isOpen={job._id === openId} onOpen={() => setOpenId(job._id === openId ? null : job._id)} />)}
          {jobs?.length === 0 && <li className="card empty">No documents yet. Upload one.</li>}
        </ul>
        <Chunks jobId={openId} title={open?.fileName ?? null} />
      </div>
    </>
  );
}

function UploadButton({ cohortId }: { cohortId: Id<"cohort"> }) {
  const [generateUploadUrl, createJob] = [useMutation(api.documents.generateUploadUrl), useMutation(api.documents.createJob)];
  const { isBusy, run } = useAct();
  const upload = async (file: File) => {
    const response = await fetch(await generateUploadUrl(), { method: "POST", headers: { "Content-Type": file.type || "application/octet-stream" }, body: file });
    if (!response.ok) throw new Error(`The upload was answered with status ${response.status}.`);
    const { storageId } = (await response.json()) as { storageId: Id<"_storage"> };
    await createJob({ cohortId, fileName: file.name, storageId });
  };
  const handleChange = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (file !== undefined) void run("The document was not uploaded", () => upload(file));
  };
  return (
    <label className="button upload" data-busy={isBusy}>
      <UploadIcon />
      {isBusy ? "Uploading" : "Upload"}
      <input className="visually-hidden" type="file" accept=".pdf,.md,.txt,application/pdf,text/markdown,text/plain" disabled={isBusy} onChange={handleChange} data-testid="upload" />
    </label>
  );
}

const STEPS = ["waiting", "reading", "extracting", "chunking", "done"] as const;

function JobCard({ job, isOpen, onOpen }: { job: Job; isOpen: boolean; onOpen: () => void }) {
  const retry = useMutation(api.documents.retryJob);
  const { run } = useAct();
  const { step, chunkCount, chunksWritten } = job;
  const reached = STEPS.findIndex((each) => each === step);
  return (
    <li className="card job" data-testid="job" data-step={step} data-chunks={chunksWritten} data-file={job.fileName}>
      <div className="job-head">
        <FileIcon />
        <span className="row-words">
          <strong>{job.fileName}</strong>
          <span className="faint">{formatBytes(job.bytes)}</span>
        </span>
        {chunksWritten > 0 && (
          <button className="button" data-kind="quiet" aria-pressed={isOpen} onClick={onOpen} data-testid="open-job">
            {formatCount(chunksWritten, "chunk")}
          </button>
        )}
      </div>
      {step === "failed" ? (
        <div className="problem">
          <p role="status">{job.problem}</p>
          <button className="button" data-kind="quiet" onClick={() => void run("It was not tried again", () => retry({ jobId: job._id }))} data-testid="retry-job">
            Try again
          </button>
        </div>
      ) : (
        <ol className="job-steps" aria-label={`Step: ${step}`}>
          {STEPS.map((each, index) => (
            <li key={each} data-state={index < reached || step === "done" ? "past" : index === reached ? "now" : "ahead"}>
              {(index < reached || step === "done") && <CheckIcon />}
              {each}
              {each === "chunking" && chunkCount !== null && ` ${chunksWritten} of ${chunkCount}`}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}

/** @param jobId null: nothing is subscribed to */
function Chunks({ jobId, title }: { jobId: Id<"pdfProcessingJobs"> | null; title: string | null }) {
  const { results, status, loadMore } = usePaginatedQuery(api.documents.getChunks, jobId === null ? "skip" : { jobId }, { initialNumItems: CHUNKS_AT_ONCE });
  if (jobId === null) return <div className="card empty chunks-empty">Open a document to read its chunks.</div>;
  return (
    <section className="card chunks" aria-label={title === null ? "Chunks" : `Chunks of ${title}`} data-testid="chunks">
      <ol>
        {results.map(({ _id, order, heading, text }) => (
          <li key={_id} data-testid="chunk">
            <p className="chunk-head">
              <span className="faint">{order + 1}</span>
              {heading !== null && <strong>{heading}</strong>}
            </p>
            <p className="chunk-text">{text}</p>
          </li>
        ))}
      </ol>
      {status === "CanLoadMore" && (
        <button className="button" data-kind="quiet" onClick={() => loadMore(CHUNKS_AT_ONCE)}>
          More
        </button>
      )}
    </section>
  );
}
