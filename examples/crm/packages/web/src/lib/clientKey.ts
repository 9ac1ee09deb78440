/** A name for one message, made before it is sent. */

const KEY_BYTES = 12;

/** Random hexadecimal text. `crypto.randomUUID` would do, but plain-HTTP pages on a local network lack it. */
export function newClientKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
