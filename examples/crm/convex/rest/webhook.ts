/**
 * `POST /v1/webhooks/leads/<company>`: a web form's lead, signed with the secret of the company's inbox.
 *
 *     X-Ferry-Timestamp   milliseconds since 1970, at most five minutes off
 *     X-Ferry-Delivery    an id of the sender's choice; the same one twice counts once
 *     X-Ferry-Signature   HMAC-SHA256 over `<timestamp>.<delivery>.<body>`, in lower-case hexadecimal
 *
 * A request that is recorded and sent again is too old after five minutes, and until then its delivery is known.
 */
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { crmError } from "../model/errors";
import { DELIVERY_ID_LENGTH_MAX, WEBHOOK_AGE_MS_MAX } from "../model/limits";
import { optional, parse, parseObject, text } from "./fields";
import { failure, json, textOf } from "./serve";

export const WEBHOOK_PREFIX = "/v1/webhooks/leads/";
const ENCODER = new TextEncoder();

export async function takeDelivery(ctx: ActionCtx, request: Request): Promise<Response> {
  try {
    const body = await textOf(request);
    const company = new URL(request.url).pathname.slice(WEBHOOK_PREFIX.length);
    const inbox = await ctx.runQuery(internal.inbox.secretOf, { company });
    const deliveryId = deliveryFrom(request.headers);
    // An unknown company is refused like a bad signature: this door tells nobody who is inside.
    if (inbox === null || !(await isSigned(request.headers, deliveryId, body, inbox.secret))) {
      throw crmError("UNAUTHORIZED", "X-Ferry-Signature is not the signature of this request. Sign `<timestamp>.<delivery>.<body>` with the secret of the page “API keys”.");
    }
    const lead = parse(parseObject(body), { fullName: text, email: text, organisation: optional(text), message: optional(text) });
    const taken = await ctx.runMutation(internal.inbox.takeLead, { companyId: inbox.companyId, deliveryId, ...lead });
    return json(taken, taken.result === "created" ? 201 : 200);
  } catch (error) {
    return failure(error);
  }
}

function deliveryFrom(headers: Headers): string {
  const deliveryId = headers.get("X-Ferry-Delivery") ?? "";
  if (deliveryId === "" || deliveryId.length > DELIVERY_ID_LENGTH_MAX) throw crmError("INVALID", `X-Ferry-Delivery must be a text of 1 to ${DELIVERY_ID_LENGTH_MAX} characters.`);
  return deliveryId;
}

async function isSigned(headers: Headers, deliveryId: string, body: string, secret: string): Promise<boolean> {
  const timestamp = headers.get("X-Ferry-Timestamp") ?? "";
  const isRecent = /^\d{1,16}$/.test(timestamp) && Math.abs(Date.now() - Number(timestamp)) <= WEBHOOK_AGE_MS_MAX;
  if (!isRecent) throw crmError("UNAUTHORIZED", "X-Ferry-Timestamp must be the time in milliseconds, at most five minutes old. Sign the request again.");
  const signature = headers.get("X-Ferry-Signature") ?? "";
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  const key = await crypto.subtle.importKey("raw", ENCODER.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return await crypto.subtle.verify("HMAC", key, bytes, ENCODER.encode(`${timestamp}.${deliveryId}.${body}`));
}
