import fc from "fast-check";
import { expect, test } from "vitest";
import { answerRange } from "./byte-range.js";
import { bodyParts, partBytesFor } from "./body-parts.js";

const size = fc.integer({ min: 0, max: 30 });
const position = fc.option(fc.integer({ min: 0, max: 40 }), { nil: null });

test("FI-25 FI-26 FI-27 a range is the positions that it names, one by one", () => {
  fc.assert(
    fc.property(size, position, position, (bytes, first, last) => {
      const answer = answerRange(`bytes=${first ?? ""}-${last ?? ""}`, bytes);
      if ((first === null && last === null) || (first !== null && last !== null && last < first)) {
        expect(answer).toEqual({ type: "whole" });
        return;
      }
      const named = Array.from({ length: bytes }, (_, i) => i).filter((i) => (first === null ? i >= bytes - last! : i >= first && (last === null || i <= last)));
      expect(answer).toEqual(named.length === 0 ? { type: "unsatisfiable" } : { type: "part", range: { start: named[0], end: named.at(-1) } });
    }),
  );
});

test("FI-27 any text is answered", () => {
  fc.assert(
    fc.property(fc.string(), size, (text, bytes) => {
      const answer = answerRange(`bytes=${text}`, bytes);
      if (answer.type === "part") expect(answer.range.start <= answer.range.end && answer.range.end < bytes).toBe(true);
    }),
  );
});

test("FI-70 a body in parts: all of one size but the last, together the body", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 }), fc.integer({ min: 1, max: 25 }), async (chunks, partBytes) => {
      const parts = [];
      for await (const part of bodyParts(stream(chunks), partBytes)) parts.push(part);
      expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(Buffer.concat(chunks));
      expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, i) => i === parts.length - 1));
      for (const { bytes, isLast } of parts) expect(isLast ? bytes.length <= partBytes : bytes.length === partBytes).toBe(true);
    }),
  );
});

test("FI-70 parts are so large that 10,000 are enough", () => {
  const mib = 2 ** 20;
  expect([0, 1, 80_000 * mib, 80_000 * mib + 1, 2 ** 40].map((bytes) => partBytesFor(bytes) / mib)).toEqual([8, 8, 8, 9, 105]);
  expect(partBytesFor(null)).toBe(16 * mib);
});

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
