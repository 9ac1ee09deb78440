/**
 * Files in a bucket of an S3 service, each under `<prefix><space>/<key>`. The space is the deployment's own, so that
 * deployments that share a bucket never see, and never sweep, each other's files.
 *
 * A body is sent in parts, each gathered in memory first, so that it can be sent again and a slow client does not hold a
 * request open. A bounded number of uploads gathers at a time; others wait, their clients held back by their connections.
 */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { bodyParts, partBytesFor, type BodyPart } from "./body-parts.js";
import { FILE_KEY, type FileKey } from "./file-messages.js";
import type { ByteRange, FileStore } from "./file-store.js";
import { xmlText, xmlTexts, type S3Client } from "./s3-client.js";
import { Slots } from "./slots.js";

export interface S3FileStoreOptions {
  readonly client: S3Client;
  readonly prefix: string;
  readonly space: () => Promise<string>;
}

/** With parts of the usual size this bounds the memory of uploads to 512 MiB. */
const GATHERING_MAX = 32;

interface Upload {
  readonly id: string;
  readonly etags: string[];
}

export class S3FileStore implements FileStore {
  readonly #options: S3FileStoreOptions;
  readonly #slots = new Slots(GATHERING_MAX);
  /** Multi-part uploads of this process. */
  readonly #active = new Set<string>();

  constructor(options: S3FileStoreOptions) {
    this.#options = options;
  }

  async put(key: FileKey, body: AsyncIterable<Uint8Array>, size: number | null): Promise<void> {
    const name = await this.#nameOf(key);
    await this.#slots.hold(() => this.#putParts(name, bodyParts(body, partBytesFor(size))));
  }

  async #putParts(name: string, parts: AsyncIterable<BodyPart>): Promise<void> {
    const { client } = this.#options;
    let upload: Upload | null = null;
    try {
      for await (const { bytes, isLast } of parts) {
        if (upload === null && isLast) {
          await client.text({ method: "PUT", key: name, body: bytes });
          return;
        }
        upload ??= await this.#begin(name);
        await this.#putPart(name, upload, bytes);
      }
      await this.#complete(name, upload!);
    } catch (error) {
      await this.#undo(name, upload);
      throw error;
    } finally {
      if (upload !== null) this.#active.delete(upload.id);
    }
  }

  async #begin(name: string): Promise<Upload> {
    const id = xmlText(await this.#options.client.text({ method: "POST", key: name, query: { uploads: "" } }), "UploadId");
    if (id === undefined) throw new Error("The S3 storage gave no id for an upload in parts.");
    this.#active.add(id);
    return { id, etags: [] };
  }

  async #putPart(name: string, { id, etags }: Upload, body: Uint8Array): Promise<void> {
    const response = await this.#options.client.request({ method: "PUT", key: name, query: { partNumber: String(etags.length + 1), uploadId: id }, body });
    await response.body?.cancel();
    etags.push(response.headers.get("etag") ?? "");
  }

  async #complete(name: string, { id, etags }: Upload): Promise<void> {
    const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
    await this.#options.client.text({ method: "POST", key: name, query: { uploadId: id }, body });
  }

  /** As far as it goes: what stays is swept later, and the error that led here is the one to tell. */
  async #undo(name: string, upload: Upload | null): Promise<void> {
    const requests = [{ method: "DELETE" as const, key: name }, ...(upload === null ? [] : [{ method: "DELETE" as const, key: name, query: { uploadId: upload.id } }])];
    await Promise.allSettled(requests.map((request) => this.#options.client.text(request)));
  }

  async read(key: FileKey, { start, end }: ByteRange): Promise<Readable | null> {
    const response = await this.#options.client.request({ method: "GET", key: await this.#nameOf(key), headers: { Range: `bytes=${start}-${end}` }, accept: [404] });
    if (response.status !== 404 && response.body !== null) return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await response.body?.cancel();
    return null;
  }

  async delete(key: FileKey): Promise<void> {
    await this.#options.client.text({ method: "DELETE", key: await this.#nameOf(key), accept: [404] });
  }

  async *batches(): AsyncGenerator<readonly FileKey[]> {
    const prefix = await this.#folder();
    let continuation: string | undefined;
    do {
      const query = { "list-type": "2", prefix, ...(continuation === undefined ? {} : { "continuation-token": continuation }) };
      const xml = await this.#options.client.text({ method: "GET", key: "", query });
      yield xmlTexts(xml, "Key").map((name) => name.slice(prefix.length)).filter((key) => FILE_KEY.test(key));
      continuation = xmlText(xml, "IsTruncated") === "true" ? xmlText(xml, "NextContinuationToken") : undefined;
    } while (continuation !== undefined);
  }

  async discardUnfinished(): Promise<void> {
    const prefix = await this.#folder();
    const xml = await this.#options.client.text({ method: "GET", key: "", query: { uploads: "", prefix } });
    for (const upload of xml.split("<Upload>").slice(1)) {
      const key = xmlText(upload, "Key");
      const uploadId = xmlText(upload, "UploadId");
      if (key === undefined || uploadId === undefined || !key.startsWith(prefix) || this.#active.has(uploadId)) continue;
      await this.#options.client.text({ method: "DELETE", key, query: { uploadId }, accept: [404] });
    }
  }

  async #folder(): Promise<string> {
    return `${this.#options.prefix}${await this.#options.space()}/`;
  }

  async #nameOf(key: FileKey): Promise<string> {
    return (await this.#folder()) + key;
  }
}
