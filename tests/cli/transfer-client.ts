/** Imports and exports over HTTP, as the public CLI makes them, for the many cases that need no process of their own. */
import { buffer } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";
import { ZipFile } from "yazl";
import { ADMIN_KEY, queryNamed, until, type TestServer } from "../harness.js";

export interface Order {
  readonly format: "csv" | "jsonLines" | "jsonArray" | "zip";
  readonly mode?: "requireEmpty" | "append" | "replace" | "replaceAll";
  readonly tableName?: string;
  readonly componentPath?: string;
}

export interface State {
  readonly state: "uploaded" | "waiting_for_confirmation" | "in_progress" | "completed" | "failed";
  readonly message_to_confirm?: string;
  readonly require_manual_confirmation?: boolean;
  readonly num_rows_written?: bigint;
  readonly error_message?: string;
}

const PART_BYTES = 5 * 2 ** 20;

export class TransferClient {
  constructor(readonly server: Pick<TestServer, "url" | "http">) {}

  async post(path: string, body?: string | Uint8Array<ArrayBuffer>): Promise<Response> {
    return await fetch(this.server.url + path, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, ...(body === undefined ? {} : { body }) });
  }

  /** The id of the import. */
  async upload(order: Order, content: string | Buffer): Promise<string> {
    const bytes = Buffer.from(content);
    const { uploadToken } = await json<{ uploadToken: string }>(await this.post("/api/import/start_upload"));
    const partTokens: string[] = [];
    for (let start = 0; start < bytes.length; start += PART_BYTES) {
      const part = await this.post(`/api/import/upload_part?uploadToken=${uploadToken}&partNumber=${partTokens.length + 1}`, new Uint8Array(bytes.subarray(start, start + PART_BYTES)));
      partTokens.push(await json<string>(part));
    }
    const finished = await this.post("/api/import/finish_upload", JSON.stringify({ import: { mode: "requireEmpty", ...order }, uploadToken, partTokens }));
    return (await json<{ importId: string }>(finished)).importId;
  }

  async state(importId: string): Promise<State> {
    const found = (await this.#admin().query(queryNamed("_system/cli/queryImport"), { importId })) as { state: State };
    return found.state;
  }

  /** Uploads, and waits until the import asks for confirmation or has failed. */
  async prepare(order: Order, content: string | Buffer): Promise<{ readonly importId: string; readonly state: State }> {
    const importId = await this.upload(order, content);
    return { importId, state: await this.settled(importId, ["waiting_for_confirmation", "failed"]) };
  }

  async settled(importId: string, states: readonly State["state"][] = ["completed", "failed"]): Promise<State> {
    return await until(async () => {
      const state = await this.state(importId);
      return states.includes(state.state) ? state : null;
    }, `import ${importId}`);
  }

  /** From the upload to its end, confirmed where it asks. */
  async import(order: Order, content: string | Buffer): Promise<State> {
    const { importId, state } = await this.prepare(order, content);
    if (state.state === "failed") return state;
    await json(await this.post("/api/perform_import", JSON.stringify({ importId })));
    return await this.settled(importId);
  }

  /** The number of documents; throws where the import failed. */
  async imported(order: Order, content: string | Buffer): Promise<number> {
    const { state, num_rows_written, error_message } = await this.import(order, content);
    if (state !== "completed") throw new Error(error_message);
    return Number(num_rows_written);
  }

  /** What an import is refused with. */
  async refusal(order: Order, content: string | Buffer): Promise<string> {
    const { state, error_message } = await this.import(order, content);
    if (state !== "failed") throw new Error("The import was not refused.");
    return error_message!;
  }

  /** The entries of the archive, by name. */
  async export(includeStorage = false): Promise<Map<string, Buffer>> {
    await json(await this.post(`/api/export/request/zip?includeStorage=${includeStorage}`));
    const { start_ts } = await this.latestExport();
    return await unzip(await this.download(start_ts));
  }

  async latestExport(timeoutMs?: number): Promise<{ readonly state: string; readonly start_ts: bigint }> {
    return await until(async () => {
      const latest = (await this.#admin().query(queryNamed("_system/cli/exports:getLatest"), {})) as { state: string; start_ts: bigint };
      return latest.state === "completed" || latest.state === "failed" ? latest : null;
    }, "the export", timeoutMs);
  }

  async download(startTs: bigint): Promise<Buffer> {
    const response = await fetch(`${this.server.url}/api/export/zip/${startTs}`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    if (!response.ok) throw new Error(await response.text());
    return Buffer.from(await response.arrayBuffer());
  }

  #admin() {
    const client = this.server.http();
    (client as unknown as { setAdminAuth(key: string): void }).setAdminAuth(ADMIN_KEY);
    return client;
  }
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

export async function zipOf(entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return await buffer(zip.outputStream);
}

export async function unzip(archive: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true });
  const entries = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  return entries;
}

/** The documents of one entry of an archive. */
export function lines(content: Buffer | undefined): unknown[] {
  return content!.toString("utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
}
