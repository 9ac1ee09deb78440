/**
 * What identity providers publish as JSON over HTTP (OpenID configuration, key sets), fetched within bounds: of time, and of
 * size, since providers are not under our control.
 */
import { withDeadline } from "../deadline.js";
import { AuthTokenError } from "./errors.js";

export type Fetch = (url: string, init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal }) => Promise<Response>;

export type ProviderDocument = Readonly<Record<string, unknown>>;

const FETCH_MS_MAX = 5_000;
const DOCUMENT_BYTES_MAX = 512 * 1024;

/** Throws {@link AuthTokenError}: a passing one where the provider can't be reached or is in trouble. */
export function fetchProviderDocument(url: string, fetch: Fetch): Promise<ProviderDocument> {
  return withDeadline(FETCH_MS_MAX, null, (signal) => receive(url, fetch, signal));
}

async function receive(url: string, fetch: Fetch, signal: AbortSignal): Promise<ProviderDocument> {
  const response = await request(url, fetch, signal);
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    const isPassing = status >= 500 || status === 408 || status === 429;
    throw providerFailed(`${url} answered with status ${status}. ${isPassing ? "Try again later." : "Check the address in auth.config.ts."}`, isPassing);
  }
  return parse(url, await readText(url, response));
}

async function request(url: string, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: { Accept: "application/json" }, signal });
  } catch (error) {
    throw unreachable(url, error);
  }
}

async function readText(url: string, { body }: Response): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > DOCUMENT_BYTES_MAX) break; // which cancels the rest
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(url, error);
  }
  if (size > DOCUMENT_BYTES_MAX) throw providerFailed(`${url} answered with more than ${DOCUMENT_BYTES_MAX} bytes. Check the address in auth.config.ts.`);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(url: string, text: string): ProviderDocument {
  const document = parseJson(text);
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw providerFailed(`${url} did not answer with a JSON object. Check the address in auth.config.ts.`);
  return document as ProviderDocument;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON value is: the caller tells
  }
}

function unreachable(url: string, error: unknown): AuthTokenError {
  return providerFailed(`${url} can't be reached: ${describe(error)}. Check the network of this server, and the address in auth.config.ts.`, true);
}

/** `fetch` hides the cause behind "fetch failed". */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${FETCH_MS_MAX / 1000} s`;
  const { code, message } = (error.cause ?? error) as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === "string" ? code : String(message);
}

export function providerFailed(problem: string, isPassing = false): AuthTokenError {
  return new AuthTokenError("AuthProviderDiscoveryFailed", `The auth provider's keys could not be fetched: ${problem}`, isPassing);
}
