/**
 * The terms of one document as a search index keeps them beside its postings: a document that was met in the postings of one
 * term is scored for all terms of a search by looking here, without its text being divided again.
 *
 * A line with the keys of the filter values, in base64url, divided by commas; then a line for each term: the term, a space,
 * its impact in four hexadecimal digits. Terms contain neither spaces nor line ends.
 */
import type { Key } from "../../storage/store.js";

const IMPACT_DIGITS = 4;

export function encodeForward(filterValueKeys: readonly Key[], impacts: ReadonlyMap<string, number>): string {
  let text = filterValueKeys.map(encodeFilterValue).join(",") + "\n";
  for (const [term, impact] of impacts) text += `${term} ${impact.toString(16).padStart(IMPACT_DIGITS, "0")}\n`;
  return text;
}

export function encodeFilterValue(valueKey: Key): string {
  return Buffer.from(valueKey, "latin1").toString("base64url");
}

/** The document's value of each filter field, as {@link encodeFilterValue} writes it. */
export function filterValuesOf(forward: string): string[] {
  return forward.slice(0, forward.indexOf("\n")).split(",");
}

/** Null where the document does not have the term. */
export function impactOf(forward: string, term: string): number | null {
  const start = forward.indexOf(`\n${term} `);
  if (start === -1) return null;
  const digits = start + term.length + 2;
  return parseInt(forward.slice(digits, digits + IMPACT_DIGITS), 16);
}

/** Every term of the document with its impact. */
export function* impactsOf(forward: string): Generator<readonly [term: string, impact: number]> {
  for (let start = forward.indexOf("\n") + 1; start < forward.length; ) {
    const space = forward.indexOf(" ", start);
    yield [forward.slice(start, space), parseInt(forward.slice(space + 1, space + 1 + IMPACT_DIGITS), 16)];
    start = space + IMPACT_DIGITS + 2;
  }
}
