/**
 * How large values and documents may be: the public limits, as options of the encoder, so that they are held in the one
 * walk that encodes.
 */
import type { EncodeOptions } from "./encode.js";
import { ValueError } from "./value-error.js";

/** What functions take and return. Sizes in bytes, by the formula of size.ts; depth counts objects and arrays. */
export const VALUE_LIMITS = { maxDepth: 64, maxFields: 1_024, maxArrayLength: 8_192, maxSize: 16 * 1_048_576 } as const satisfies EncodeOptions & {
  maxSize: number;
};

/** What one stored document may be. */
export const DOCUMENT_LIMITS = {
  maxDepth: 16,
  maxFields: 1_024,
  maxArrayLength: 8_192,
  systemFields: ["_id", "_creationTime"],
  commitTimestamps: true,
  maxSize: 1_048_576,
} as const satisfies EncodeOptions & { maxSize: number };

/** `size` in bytes, as {@link encodeValueSized} tells it. Throws where a document would be too large. */
export function checkDocumentSize(size: number): void {
  checkValueSize(size, DOCUMENT_LIMITS.maxSize, "Split the document, or keep large data in file storage.");
}

/** Throws where `size` exceeds `max` (both in bytes); `mend` is what the error tells the developer to do. */
export function checkValueSize(size: number, max: number, mend: string): void {
  if (size > max) throw new ValueError(`Value is too large (${formatBytes(size, max)} > maximum size ${formatBytes(max, 0)}). ${mend}`);
}

const UNITS = ["B", "KiB", "MiB", "GiB"] as const;

/** Rounded to two digits behind the point, but never down to `above`: "1 MiB > 1 MiB" explains nothing. */
function formatBytes(bytes: number, above: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const unit = 1024 ** power;
  const rounded = Math.round((bytes / unit) * 100) / 100;
  return bytes > above && rounded * unit <= above ? `${bytes} B` : `${rounded} ${UNITS[power]!}`;
}
