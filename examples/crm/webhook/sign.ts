/** A lead as a signed request: HMAC-SHA256 over `<timestamp>.<delivery>.<body>`. */
import { createHmac } from "node:crypto";

export interface Lead {
  readonly fullName: string;
  readonly email: string;
  readonly organisation?: string | null;
  readonly message?: string | null;
}

export function signedLead(lead: Lead, deliveryId: string, secret: string, at: number): { method: "POST"; headers: Record<string, string>; body: string } {
  const body = JSON.stringify(lead);
  const signature = createHmac("sha256", secret).update(`${at}.${deliveryId}.${body}`).digest("hex");
  const headers = { "Content-Type": "application/json", "X-Ferry-Timestamp": String(at), "X-Ferry-Delivery": deliveryId, "X-Ferry-Signature": signature };
  return { method: "POST", headers, body };
}
