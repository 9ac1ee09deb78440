/**
 * The HTTP face of imports and exports, as the public CLI calls it:
 *
 *     POST /api/import/start_upload                                     → {uploadToken}
 *     POST /api/import/upload_part?uploadToken=…&partNumber=…  bytes    → a token of the part, as JSON text
 *     POST /api/import/finish_upload  {import, uploadToken, partTokens} → {importId}
 *     POST /api/perform_import, /api/cancel_import  {importId}          → {}
 *     POST /api/export/request/zip?includeStorage=…                     → {}
 *     GET  /api/export/zip/<timestamp>                                  → the archive
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { AdminKeys } from "../admin-keys.js";
import type { EngineReply } from "../engine-messages.js";
import { lazySchema, type LazySchema } from "../lazy-schema.js";
import { exportPath } from "../transfer/folders.js";
import type { TransferJobs } from "../transfer/transfer-jobs.js";
import { IMPORT_FORMATS, IMPORT_MODES, type ExportRequest, type ImportRequest } from "../transfer/transfer-messages.js";
import { UploadError } from "../transfer/upload-folder.js";
import { chunksOf, dropRest, parseJsonObject, readBody } from "./body.js";
import type { AuditActor } from "../audit/deployment-audit.js";
import { clientInfo } from "./client-info.js";
import { requireAdmin } from "./credentials.js";
import type { EngineCaller } from "./function-api.js";
import { engineReplyToHttp, jsonReply, refusal, RequestError, writeReply, type HttpReply } from "./replies.js";

export interface TransferApiOptions {
  readonly engine: EngineCaller;
  readonly adminKeys: AdminKeys;
  readonly jobs: TransferJobs;
  readonly dataFolder: string;
  readonly instanceName: string;
}

/** Downloads of archives. */
export const EXPORT_ZIP_PREFIX = "/api/export/zip/";

const ORDER_BYTES_MAX = 1024 * 1024;
const IDLE_MS_MAX = 120_000;

const finishSchema = lazySchema((z) =>
  z.looseObject({
    import: z.looseObject({ tableName: z.string().nullish(), componentPath: z.string().max(1_000).nullish(), mode: z.enum(IMPORT_MODES), format: z.enum(IMPORT_FORMATS) }),
    uploadToken: z.string(),
    partTokens: z.array(z.string().max(100)).max(10_000),
  }),
);
const importIdSchema = lazySchema((z) => z.looseObject({ importId: z.string().max(100) }));

export class TransferApi {
  constructor(private readonly options: TransferApiOptions) {}

  async startUpload(incoming: IncomingMessage): Promise<HttpReply> {
    this.#requireAdmin(incoming);
    return jsonReply({ uploadToken: await refusing(this.options.jobs.uploads.begin()) });
  }

  async uploadPart(incoming: IncomingMessage, url: URL): Promise<HttpReply> {
    this.#requireAdmin(incoming);
    try {
      const { searchParams } = url;
      const part = this.options.jobs.uploads.addPart(searchParams.get("uploadToken") ?? "", Number(searchParams.get("partNumber") ?? Number.NaN), chunksOf(incoming, IDLE_MS_MAX));
      return jsonReply(await refusing(part));
    } catch (error) {
      dropRest(incoming);
      throw error;
    }
  }

  async finishUpload(incoming: IncomingMessage): Promise<HttpReply> {
    this.#requireAdmin(incoming);
    const { import: order, uploadToken, partTokens } = await parsed(incoming, finishSchema);
    const { format, mode, tableName = null, componentPath } = order;
    if ((format === "zip") !== (tableName === null)) throw new RequestError(400, "BadImport", 'Imports of "csv", "jsonLines" and "jsonArray" name the table that they are for in "tableName"; imports of "zip" do not.');
    await refusing(this.options.jobs.uploads.finish(uploadToken, partTokens));
    const reply = await this.#import({ type: "create", upload: uploadToken, format, mode, tableName, componentPath: componentPath ?? "" });
    this.options.jobs.wake(["import"]);
    return engineReplyToHttp(reply);
  }

  async performImport(incoming: IncomingMessage): Promise<HttpReply> {
    return await this.#onImport(incoming, "confirm");
  }

  async cancelImport(incoming: IncomingMessage): Promise<HttpReply> {
    return await this.#onImport(incoming, "cancel");
  }

  async requestExport(incoming: IncomingMessage, url: URL): Promise<HttpReply> {
    const actor = this.#requireAdmin(incoming);
    const includeStorage = url.searchParams.get("includeStorage") ?? "false";
    if (includeStorage !== "true" && includeStorage !== "false") throw new RequestError(400, "BadExport", '"includeStorage" must be true or false.');
    const reply = await this.#export({ type: "create", includeStorage: includeStorage === "true", actor });
    this.options.jobs.wake(["export"]);
    return reply.ok ? jsonReply({}) : engineReplyToHttp(reply);
  }

  /** `path` begins with {@link EXPORT_ZIP_PREFIX}. Answers whatever happens. */
  async answerDownload(incoming: IncomingMessage, outgoing: ServerResponse, path: string): Promise<void> {
    try {
      incoming.resume();
      this.#requireAdmin(incoming);
      if (incoming.method !== "GET") throw new RequestError(405, "MethodNotAllowed", "This address answers GET only.");
      await this.#download(outgoing, decodeURIComponent(path.slice(EXPORT_ZIP_PREFIX.length)));
    } catch (error) {
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else if (error instanceof RequestError) writeReply(outgoing, refusal(error));
      else writeReply(outgoing, refusal({ status: 500, code: "InternalServerError", message: "The archive can't be read. Export again." }));
    }
  }

  async #download(outgoing: ServerResponse, startTs: string): Promise<void> {
    const { dataFolder, instanceName, jobs } = this.options;
    const reply = await this.#export({ type: "find", startTs });
    if (!reply.ok) {
      // What has expired goes at once.
      jobs.wake(["export"]);
      writeReply(outgoing, engineReplyToHttp(reply));
      return;
    }
    const file = exportPath(dataFolder, (JSON.parse(reply.body) as { exportId: string }).exportId);
    const { size } = await stat(file);
    outgoing.setTimeout(IDLE_MS_MAX, () => outgoing.destroy());
    outgoing.writeHead(200, { "Content-Type": "application/zip", "Content-Length": size, "Content-Disposition": `attachment; filename=snapshot_${instanceName.replace(/[^\w.-]/g, "_")}_${startTs}.zip`, "Cache-Control": "no-store" });
    await pipeline(createReadStream(file), outgoing);
  }

  async #onImport(incoming: IncomingMessage, type: "confirm" | "cancel"): Promise<HttpReply> {
    const actor = this.#requireAdmin(incoming);
    const { importId } = await parsed(incoming, importIdSchema);
    const reply = await this.#import(type === "confirm" ? { type, importId, actor } : { type, importId });
    this.options.jobs.wake(["import"]);
    return engineReplyToHttp(reply);
  }

  #import(request: ImportRequest): Promise<EngineReply> {
    return this.options.engine.call({ kind: "import", request });
  }

  #export(request: ExportRequest): Promise<EngineReply> {
    return this.options.engine.call({ kind: "export", request });
  }

  #requireAdmin(incoming: IncomingMessage): AuditActor {
    return { keyName: requireAdmin(incoming.headers.authorization, this.options.adminKeys).keyName, client: clientInfo(incoming) };
  }
}

async function parsed<T>(incoming: IncomingMessage, schema: LazySchema<T>): Promise<T> {
  const body = parseJsonObject(await readBody(incoming, ORDER_BYTES_MAX));
  const result = schema.parse(body);
  if (result.ok) return result.data;
  throw new RequestError(400, "BadImport", `The request is not as expected: ${result.problem}. Is the "convex" package very old or very new?`);
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof UploadError ? new RequestError(400, error.code, error.message) : error;
  }
}
