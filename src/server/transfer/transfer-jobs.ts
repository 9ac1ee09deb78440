/**
 * Runs imports and exports, on the network's side: one thread for each job, one import and one export at a time. What there is
 * to do, the engine's documents say; so a job whose thread or server ended in the middle is found again and taken up.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineReply } from "../engine-messages.js";
import type { FileKey } from "../files/file-messages.js";
import type { FileStorage } from "../files/file-storage.js";
import { UploadBody } from "../files/upload-body.js";
import type { S3Credentials } from "../files/s3-client.js";
import type { EngineCaller } from "../network/function-api.js";
import type { Logger } from "../network/logger.js";
import { RequestError } from "../network/replies.js";
import type { Settings } from "../settings.js";
import { exportsFolder, uploadFolder } from "./folders.js";
import { ImportError } from "./import-error.js";
import type { UnfinishedExports, UnfinishedImports } from "./transfer-messages.js";
import type { UploadFolder } from "./upload-folder.js";
import { TransferThread } from "./transfer-thread.js";
import type { StoredBytes, StoreOrder } from "./worker-link.js";
import type { ZipReader } from "./zip-reader.js";

export interface TransferJobsOptions {
  readonly settings: Settings;
  readonly s3Credentials: S3Credentials | null;
  readonly testClock: SharedArrayBuffer | null;
  readonly engine: EngineCaller;
  readonly files: FileStorage;
  readonly log: Logger;
}

type Kind = "import" | "export";

const SWEEP_INTERVAL_MS = 3_600_000;
/** After a job was left unfinished: the engine may be starting again. */
const RETRY_MS = 500;
/** What a thread gets to leave its work. */
const STOP_MS_MAX = 3_000;

export class TransferJobs {
  readonly uploads: UploadFolder;
  readonly #options: TransferJobsOptions;
  readonly #running = new Map<Kind, Promise<void>>();
  readonly #wanted = new Set<Kind>();
  readonly #threads: Readonly<Record<Kind, TransferThread>>;
  /** Files of the running import whose documents are not certain yet. */
  readonly #stored: FileKey[] = [];
  readonly #timer: NodeJS.Timeout;
  /** The archive that files are being stored from. */
  #archive: { readonly upload: string; readonly zip: Promise<ZipReader> } | null = null;
  #isClosed = false;

  constructor(options: TransferJobsOptions) {
    this.#options = options;
    this.uploads = uploadFolder(options.settings.dataFolder, options.settings.importBytesMax);
    this.#threads = { import: this.#thread("import"), export: this.#thread("export") };
    this.#timer = setInterval(() => this.wake(), SWEEP_INTERVAL_MS).unref();
    this.wake();
  }

  /** Takes up what there is to do, and removes what nobody wants any more. */
  wake(kinds: readonly Kind[] = ["import", "export"]): void {
    for (const kind of kinds) {
      if (this.#isClosed) return;
      this.#wanted.add(kind);
      if (this.#running.has(kind)) continue;
      const run = this.#runAll(kind).finally(() => this.#running.delete(kind));
      this.#running.set(kind, run);
    }
  }

  /** Jobs are left as they are; the next start takes them up. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const timeout = new AbortController();
    await Promise.race([this.#stop(), delay(STOP_MS_MAX, timeout.signal)]);
    timeout.abort();
  }

  /** Leaves all jobs as they are while `work` replaces the store, and looks for jobs anew after it. */
  async whileClosed(work: () => Promise<void>): Promise<void> {
    await this.#stop();
    try {
      await work();
    } finally {
      this.#isClosed = false;
      this.wake();
    }
  }

  async #stop(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#threads.import.close(), this.#threads.export.close(), ...this.#running.values()]);
  }

  #thread(kind: Kind): TransferThread {
    const { settings, s3Credentials, testClock, engine } = this.#options;
    return new TransferThread({
      name: kind,
      workerData: { settings, s3Credentials, testClock },
      call: (call) => engine.call(call),
      store: (order) => this.#store(order),
      log: (error) => this.#options.log.log("error", `An ${kind} failed.`, { error }),
      isRefusal: (error) => error instanceof ImportError || error instanceof RequestError,
    });
  }

  async #runAll(kind: Kind): Promise<void> {
    while (this.#wanted.delete(kind) && !this.#isClosed) {
      for (let next = await this.#next(kind); next !== null && !this.#isClosed; next = await this.#next(kind)) {
        const isOver = kind === "import" ? await this.#runImport(next) : await this.#runExport(next);
        if (!isOver && !this.#isClosed) await delay(RETRY_MS);
      }
    }
  }

  /** The first job of its kind; null where there is none. */
  async #next(kind: Kind): Promise<string | null> {
    try {
      return kind === "import" ? await this.#nextImport() : await this.#nextExport();
    } catch (error) {
      if (!(error instanceof EngineAwayError)) this.#problem("Looking for imports and exports failed; it is tried again.", error);
      this.#wanted.add(kind);
      if (!this.#isClosed) await delay(RETRY_MS);
      return null;
    }
  }

  async #nextImport(): Promise<string | null> {
    const { imports, uploads, used } = answerOf<UnfinishedImports>(await this.#options.engine.call({ kind: "import", request: { type: "unfinished" } }));
    await this.uploads.sweep(new Set(uploads), new Set(used), Date.now());
    return imports[0] ?? null;
  }

  async #nextExport(): Promise<string | null> {
    const { exports, kept } = answerOf<UnfinishedExports>(await this.#options.engine.call({ kind: "export", request: { type: "unfinished" } }));
    const folder = exportsFolder(this.#options.settings.dataFolder);
    const wanted = new Set(kept.map((exportId) => `${exportId}.zip`));
    for (const name of await namesIn(folder)) if (!wanted.has(name)) await rm(join(folder, name), { force: true });
    return exports[0] ?? null;
  }

  /** Whether the thread lived to its end. */
  async #runImport(importId: string): Promise<boolean> {
    const { engine, files } = this.#options;
    try {
      const end = await this.#threads.import.run({ kind: "import", importId });
      if (end.died) await engine.call({ kind: "import", request: { type: "fail", importId, message: this.#died("import", end.error) } });
      return !end.died;
    } finally {
      const archive = this.#archive;
      this.#archive = null;
      if (archive !== null) await archive.zip.then((zip) => zip.close(), () => undefined); // told when it was opened
      await files.settle(this.#stored.splice(0));
    }
  }

  /** Files that are deleted meanwhile are kept until the export is done: it shows the state before. */
  async #runExport(exportId: string): Promise<boolean> {
    const { engine, files } = this.#options;
    const releaseFiles = await files.holdRemovals();
    try {
      const end = await this.#threads.export.run({ kind: "export", exportId });
      if (end.died) await engine.call({ kind: "export", request: { type: "fail", exportId, message: this.#died("export", end.error) } });
      return !end.died;
    } finally {
      releaseFiles();
    }
  }

  /** What is told of a job whose thread died. */
  #died(kind: Kind, error: Error): string {
    this.#problem(`An ${kind} failed.`, error);
    return `The server failed for a reason of its own, which its log tells: ${error.message}`;
  }

  async #store({ upload, entryName, key }: StoreOrder): Promise<StoredBytes> {
    const { settings, files } = this.#options;
    this.#stored.push(key);
    // Only servers that need it load the library.
    const { ZipReader, zipError } = await import("./zip-reader.js");
    if (this.#archive?.upload !== upload) this.#archive = { upload, zip: this.uploads.open(upload).then((file) => ZipReader.open(file, settings.importBytesMax)) };
    const zip = await this.#archive.zip;
    const entry = zip.entries.get(entryName)!;
    try {
      const body = new UploadBody(await zip.stream(entry), { bytesMax: settings.fileBytesMax, sha256: null });
      await files.keep(key, body, entry.uncompressedSize);
      return { sha256: body.sha256, size: body.size };
    } catch (error) {
      throw error instanceof RequestError ? error : zipError(error as Error);
    }
  }

  #problem(message: string, error: unknown): void {
    this.#options.log.log("error", message, { error: String((error as Error).stack ?? error) });
  }
}

/** The engine is starting again, and has said so in the log. */
class EngineAwayError extends Error {}

function answerOf<Answer>(reply: EngineReply): Answer {
  if (!reply.ok && reply.failure === "request" && reply.status === 503) throw new EngineAwayError(reply.message);
  if (!reply.ok) throw new Error(reply.failure === "request" ? reply.message : reply.body);
  return JSON.parse(reply.body) as Answer;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
