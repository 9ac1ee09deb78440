/** Asking the source, with a bound on the time and on the size of its answer. Never throws: what goes wrong is an outcome. */
import { ANSWER_BYTES_MAX } from "./limits";
import type { Outcome } from "./outcome";
import { BadAnswer, parsePayload } from "./payload";
import { timing } from "./timing";

export async function fetchSubject(key: string): Promise<Outcome> {
  const { fetchTimeoutMs } = timing();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), fetchTimeoutMs);
  try {
    return await ask(key, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return failed(`The source did not answer within ${fetchTimeoutMs} ms.`);
    return failed(error instanceof BadAnswer ? `The source's answer makes no sense: ${error.message}` : `The source cannot be reached: ${String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(key: string, signal: AbortSignal): Promise<Outcome> {
  const url = process.env.SOURCE_URL;
  if (url === undefined) return failed("SOURCE_URL is not set. Set it with `npx convex env set SOURCE_URL http://…`.");
  const response = await fetch(`${url.replace(/\/$/, "")}/${key.split("/").map(encodeURIComponent).join("/")}`, { signal });
  if (response.status === 404 || response.status === 410) return { kind: "gone" };
  if (!response.ok) return failed(`The source answered with status ${response.status}.`);
  return { kind: "fetched", payload: parsePayload(key, await boundedText(response)) };
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = "";
  let bytes = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw new BadAnswer(`it has more than ${ANSWER_BYTES_MAX} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

const failed = (problem: string): Outcome => ({ kind: "failed", problem });
