/**
 * Requests of an executor to the server's own port. Not `fetch`: that of an action belongs to user code, counts as its
 * operations, and depends on globals that user code may change. Node's own client depends on none.
 */
// The global of this name is user code's.
import { Buffer } from "node:buffer";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

export interface InternalRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is read, with its size. */
  readonly body?: Blob;
}

export interface InternalReply {
  readonly status: number;
  readonly body: Buffer<ArrayBuffer>;
}

export function internalHttp({ method, url, headers = {}, body }: InternalRequest): Promise<InternalReply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: body === undefined ? headers : { ...headers, "Content-Length": body.size }, agent: false });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      // The server may answer before it has read everything: then nobody reads the rest.
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
        request.destroy();
      });
    });
    if (body === undefined) request.end();
    else Readable.fromWeb(body.stream() as ReadableStream<Uint8Array>).on("error", reject).pipe(request);
  });
}
