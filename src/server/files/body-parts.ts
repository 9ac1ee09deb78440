/** Cuts a body into parts of one size, as S3 wants them: all alike but the last, which may be shorter or empty. */

const MIB = 2 ** 20;
const PART_BYTES = 8 * MIB;
/** Enough for 160 GB where nobody says how much will come. */
const PART_BYTES_UNKNOWN = 16 * MIB;
/** S3's own limit. */
const PARTS_MAX = 10_000;

export interface BodyPart {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** `size` null: not known. */
export function partBytesFor(size: number | null): number {
  if (size === null) return PART_BYTES_UNKNOWN;
  return Math.max(PART_BYTES, Math.ceil(size / PARTS_MAX / MIB) * MIB);
}

/** At least one part. Holds one part and one chunk of `body` at a time. */
export async function* bodyParts(body: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<BodyPart> {
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  for await (const whole of body) {
    let chunk = whole;
    // A full part waits for the first byte after it: it may be the last.
    while (gathered + chunk.length > partBytes) {
      const cut = partBytes - gathered;
      yield { bytes: Buffer.concat([...chunks, chunk.subarray(0, cut)], partBytes), isLast: false };
      chunk = chunk.subarray(cut);
      chunks = [];
      gathered = 0;
    }
    if (chunk.length === 0) continue;
    chunks.push(chunk);
    gathered += chunk.length;
  }
  yield { bytes: Buffer.concat(chunks, gathered), isLast: true };
}
