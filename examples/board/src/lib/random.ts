/** Keys of notes and secrets of visitors: nobody makes the same one, and nobody guesses it. */
const BYTES = 16;

/** Not `randomUUID`, which pages of plain HTTP do not have. */
export function randomDigits(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
