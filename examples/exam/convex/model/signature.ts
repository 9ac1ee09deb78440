/**
 * The signature of a score: HMAC-SHA256 over `<timestamp>.<body>` with `SCORES_SIGNING_KEY`, as lower-case hexadecimal. The
 * timestamp, in milliseconds since 1970, is signed too, so that an old request cannot be made to look new.
 */
const ENCODER = new TextEncoder();
const SIGNATURE = /^[0-9a-f]{64}$/;

export const SIGNATURE_HEADER = "X-Exam-Signature";
export const TIMESTAMP_HEADER = "X-Exam-Timestamp";

/** Compares in constant time. */
export async function isSignedBy(key: string, timestamp: string, body: string, signature: string): Promise<boolean> {
  if (!SIGNATURE.test(signature)) return false;
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return await crypto.subtle.verify("HMAC", await importKey(key), bytes, ENCODER.encode(`${timestamp}.${body}`));
}

async function importKey(key: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", ENCODER.encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}
