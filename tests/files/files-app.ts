/** An app with files, as its clients use it. */
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ConvexHttpClient } from "convex/browser";
import { mutationNamed, queryNamed, startServer, type ServerOptions, type TestServer } from "../harness.js";

export type Body = NonNullable<RequestInit["body"]>;

export interface StorageDocument {
  readonly _id: string;
  readonly _creationTime: number;
  readonly sha256: string;
  readonly size: number;
  readonly contentType?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export class FilesApp implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    private readonly http: ConvexHttpClient,
  ) {}

  static async start(options: ServerOptions = {}): Promise<FilesApp> {
    const server = await startServer(options);
    try {
      await server.deploy("files");
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return new FilesApp(server, server.http());
  }

  query<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    return this.http.query(queryNamed(`files:${name}`), args) as Promise<T>;
  }

  mutation<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    return this.http.mutation(mutationNamed(`files:${name}`), args) as Promise<T>;
  }

  syscall<T>(kind: "inQuery" | "inMutation", op: string, storageId?: string): Promise<T> {
    const args = { op, ...(storageId === undefined ? {} : { storageId }) };
    return (kind === "inQuery" ? this.http.query(queryNamed("syscalls:inQuery"), args) : this.http.mutation(mutationNamed("syscalls:inMutation"), args)) as Promise<T>;
  }

  uploadUrl(): Promise<string> {
    return this.mutation("generateUploadUrl");
  }

  /** Like a client: a new URL, then a POST. */
  async post(body: Body | null, headers: Record<string, string> = {}): Promise<Reply> {
    return postTo(await this.uploadUrl(), body, headers);
  }

  /** The storage id. */
  async store(body: Body | null, contentType?: string): Promise<string> {
    const reply = await this.post(body, contentType === undefined ? {} : { "Content-Type": contentType });
    if (reply.status !== 200) throw new Error(`The upload failed: ${JSON.stringify(reply.body)}`);
    return reply.body["storageId"] as string;
  }

  async get(storageId: string, init?: RequestInit): Promise<Response> {
    return fetch(await this.urlOf(storageId), init);
  }

  async urlOf(storageId: string): Promise<string> {
    const url = await this.query<string | null>("url", { storageId });
    if (url === null) throw new Error(`There is no file ${storageId}.`);
    return url;
  }

  /** Names of the files in the data folder, those being received too. */
  async storedNames(): Promise<string[]> {
    const names = await readdir(join(this.server.dataFolder, "files"), { recursive: true, withFileTypes: true }).catch(() => []);
    return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

export async function postTo(url: string, body: Body | null, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, { method: "POST", body, headers, ...(body instanceof ReadableStream ? { duplex: "half" } : {}) } as RequestInit);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

export function sha256(bytes: Uint8Array | string): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Bytes that no compression or pattern helps with. */
export function someBytes(length: number): Buffer<ArrayBuffer> {
  return randomBytes(length) as Buffer<ArrayBuffer>;
}

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}
