/**
 * Sends events to a webhook: one POST for a batch, signed as the public documentation has it, so that the receiver can tell that it
 * comes from this deployment: `x-webhook-signature: sha256=<HMAC-SHA-256 of the body, hexadecimal>`.
 */
import { createHmac } from "node:crypto";
import { withDeadline } from "../deadline.js";
import type { LogSink } from "./log-sink.js";
import type { WebhookStreamConfig } from "./stream-config.js";

const RESPONSE_MS_MAX = 10_000;

export class WebhookSink implements LogSink {
  readonly eventsMax = 1_000;
  readonly charsMax = 1024 * 1024;

  constructor(private readonly config: WebhookStreamConfig) {}

  async deliver(texts: readonly string[], stop: AbortSignal): Promise<void> {
    const { url, format, hmacSecret } = this.config;
    const body = format === "json" ? `[${texts.join(",")}]` : texts.join("\n");
    const headers = { "Content-Type": format === "json" ? "application/json" : "application/jsonl", "x-webhook-signature": signatureOf(body, hmacSecret) };
    await withDeadline(RESPONSE_MS_MAX, stop, async (signal) => {
      const response = await post(url, { method: "POST", headers, body, redirect: "manual", signal });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered with status ${response.status}`);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The library says only "fetch failed" itself. */
async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(cause instanceof Error ? cause.message : message, { cause: error });
  }
}

export function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
