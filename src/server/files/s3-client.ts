/** Requests to an S3 service: signed, tried again where that can help, and answered or refused in words. No idea of files. */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { FileStoreError } from "./file-store.js";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

export interface S3ClientOptions {
  readonly bucket: string;
  /** Of a service of that kind; null: Amazon's own in the region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly credentials: S3Credentials;
}

export interface S3Request {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** "" is the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Answers besides success that the caller understands. */
  readonly accept?: readonly number[];
}

const TRIES = 4;
const FIRST_PAUSE_MS = 100;
/** From a request's start to its answer's head; a part of some MiB must fit. */
const ANSWER_MS_MAX = 120_000;
const EMPTY = new Uint8Array();

export class S3Client {
  readonly #options: S3ClientOptions;
  readonly #base: string;

  constructor(options: S3ClientOptions) {
    this.#options = options;
    const { bucket, endpoint, region } = options;
    // Amazon wants the bucket in the name; other services are often reached by one name only.
    this.#base = endpoint === null ? `https://${bucket}.s3.${region}.amazonaws.com/` : `${endpoint}/${bucket}/`;
  }

  /** Throws {@link FileStoreError}. The body of the answer is still to be read. */
  async request(request: S3Request): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(request);
      const mayHelp = outcome instanceof Error || outcome.status >= 500 || outcome.status === 429;
      if (mayHelp && tries < TRIES) {
        if (outcome instanceof Response) await outcome.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** tries));
        continue;
      }
      if (outcome instanceof Error) throw new FileStoreError("unavailable", `The S3 storage at ${new URL(this.#base).origin} can't be reached: ${causeOf(outcome)}. Check --s3-endpoint and the network.`, { cause: outcome });
      if (outcome.ok || request.accept?.includes(outcome.status) === true) return outcome;
      throw await refusalOf(outcome, request.method, this.#options.bucket);
    }
  }

  /** For answers in XML. */
  async text(request: S3Request): Promise<string> {
    const text = await (await this.request(request)).text();
    // Long operations answer "200" first and fail afterwards.
    if (text.includes("<Error>")) throw new FileStoreError("unavailable", `The S3 storage failed: ${errorText(text)}.`);
    return text;
  }

  async #try({ method, key, query = {}, headers = {}, body = EMPTY }: S3Request): Promise<Response | Error> {
    const url = new URL(this.#base + key);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      ...this.#options.credentials,
      service: "s3",
      region: this.#options.region,
      method,
      url: url.href,
      headers: { ...headers, "X-Amz-Content-Sha256": createHash("sha256").update(body).digest("hex") },
    });
    const signed = await signer.sign();
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error("no answer in time")), ANSWER_MS_MAX);
    try {
      const hasBody = method === "PUT" || method === "POST";
      return await fetch(signed.url, { method, headers: signed.headers, signal: timeout.signal, ...(hasBody ? { body } : {}) });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The text of the first element of this name; undefined where there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  return xmlTexts(xml, name)[0];
}

/** Enough for the flat answers of S3: no attributes, no elements of one name within each other. */
export function xmlTexts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text]) => unescapeXml(text!));
}

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'", "&amp;": "&" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp|#34|#39);/g, (entity) => ENTITIES[entity]!);
}

async function refusalOf(response: Response, method: string, bucket: string): Promise<FileStoreError> {
  const text = errorText(await response.text());
  const mend = response.status === 403 ? " Check the credentials and what they may do." : response.status === 404 ? " Check --s3-bucket." : "";
  return new FileStoreError(response.status === 507 ? "full" : "unavailable", `The S3 storage refused ${method} in bucket "${bucket}" with ${response.status}${text === "" ? "" : ` (${text})`}.${mend}`);
}

function errorText(xml: string): string {
  return [xmlText(xml, "Code"), xmlText(xml, "Message")].filter((part) => part !== undefined).join(": ").slice(0, 300);
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
