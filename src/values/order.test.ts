import { compareValues as clientCompare, getConvexSize, type Value as ClientValue } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyString, anyValue } from "./arbitrary-value.suite.js";
import { compareStrings, compareValues } from "./compare.js";
import { decodeKeyPart, decodeTimestampKey, encodeKeyPart, encodeTimestampKey, keySuccessor } from "./key.js";
import { DOCUMENT_LIMITS, checkDocumentSize } from "./limits.js";
import { sizeOfString, sizeOfValue } from "./size.js";
import { encodeValueSized, type Value } from "./value.js";

const RUNS = { numRuns: 3_000 };

/** Two values that are often alike: the second is the first, another, or one inside a common beginning. */
const anyPair = fc.oneof(fc.tuple(anyValue, anyValue), anyValue.map((value): [Value, Value] => [value, structuredClone(value)]), fc.tuple(anyValue, anyValue, anyValue).map(([a, b, c]): [Value, Value] => [[a, b], [structuredClone(a), c]]));

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe("compareValues", () => {
  test("V-50: is the public client's order", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        expect(Math.sign(compareValues(a, b))).toBe(Math.sign(clientCompare(a as ClientValue, b as ClientValue)));
      }),
      RUNS,
    );
  });

  test("V-51: strings are ordered by UTF-8", () => {
    fc.assert(
      fc.property(anyString, anyString, (a, b) => {
        expect(Math.sign(compareStrings(a, b))).toBe(Math.sign(clientCompare(a, b)));
      }),
      RUNS,
    );
    expect(compareStrings("\uffff", "\u{10000}")).toBeLessThan(0);
    expect("\uffff" < "\u{10000}").toBe(false);
  });

  test("V-52: undefined comes first, undefined fields do not count, and all NaNs are one", () => {
    expect(compareValues(undefined, null)).toBeLessThan(0);
    expect(compareValues(undefined, undefined)).toBe(0);
    expect(compareValues({ a: 1, b: undefined }, { a: 1 })).toBe(0);
    const negativeNaN = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0000n]).buffer)[0]!;
    expect(compareValues(negativeNaN, NaN)).toBe(0);
    expect(compareValues(negativeNaN, Infinity)).toBeGreaterThan(0);
    expect(encodeKeyPart(negativeNaN)).toBe(encodeKeyPart(NaN));
  });
});

describe("encodeKeyPart", () => {
  test("V-60: keys are ordered as their values", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        expect(compareKeys(encodeKeyPart(a), encodeKeyPart(b))).toBe(Math.sign(compareValues(a, b)));
      }),
      RUNS,
    );
    expect(encodeKeyPart({ a: 1, b: undefined })).toBe(encodeKeyPart({ a: 1 }));
  });

  test("V-61: keys are binary, and decoding is the inverse", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const key = encodeKeyPart(value);
        for (let i = 0; i < key.length; i++) expect(key.charCodeAt(i)).toBeLessThan(256);
        expect(decodeKeyPart(`x${key}y`, 1)).toEqual([value, key.length + 1]);
      }),
      RUNS,
    );
    expect(decodeKeyPart(encodeKeyPart(undefined), 0)).toEqual([undefined, 1]);
    expect(() => decodeKeyPart("\x07abc", 0)).toThrow("No value is encoded at offset 1");
    expect(() => decodeKeyPart("\x04abc", 0)).toThrow("No value is encoded at offset 1");
    expect(() => decodeKeyPart("\x09", 0)).toThrow("No value is encoded at offset 1");
    expect(() => decodeKeyPart("z", 0)).toThrow("No value is encoded at offset 0");
  });

  test("V-62: concatenated parts are ordered as tuples", () => {
    fc.assert(
      fc.property(anyPair, anyPair, ([a1, a2], [b1, b2]) => {
        const expected = compareValues(a1, a2) || compareValues(b1, b2);
        expect(compareKeys(encodeKeyPart(a1) + encodeKeyPart(b1), encodeKeyPart(a2) + encodeKeyPart(b2))).toBe(Math.sign(expected));
      }),
      RUNS,
    );
  });

  test("V-63: no part is the beginning of another, so a prefix range holds equal values only", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        expect(encodeKeyPart(b).startsWith(encodeKeyPart(a))).toBe(compareValues(a, b) === 0);
      }),
      RUNS,
    );
    expect(encodeKeyPart("a\0b").startsWith(encodeKeyPart("a"))).toBe(false);
  });
});

describe("keySuccessor", () => {
  test("V-64: is the end of what starts with a prefix", () => {
    expect(keySuccessor("ab")).toBe("ac");
    expect(keySuccessor("a\xff\xff")).toBe("b");
    expect(keySuccessor("\xff\xff")).toBe(undefined);
    expect(keySuccessor("")).toBe(undefined);
    const binary = fc.uint8Array({ maxLength: 6 }).map((bytes) => String.fromCharCode(...bytes));
    fc.assert(
      fc.property(binary, binary, (prefix, key) => {
        const end = keySuccessor(prefix);
        expect(key >= prefix && (end === undefined || key < end)).toBe(key.startsWith(prefix));
      }),
      RUNS,
    );
  });
});

describe("encodeTimestampKey", () => {
  test("V-65: eight bytes, in order, and back", () => {
    const timestamp = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(timestamp, timestamp, (a, b) => {
        expect(encodeTimestampKey(a)).toHaveLength(8);
        expect(decodeTimestampKey(encodeTimestampKey(a))).toBe(a);
        expect(compareKeys(encodeTimestampKey(a), encodeTimestampKey(b))).toBe(Math.sign(a - b));
      }),
    );
    for (const wrong of [-1, 0.5, 2 ** 53, NaN]) expect(() => encodeTimestampKey(wrong)).toThrow("is no timestamp");
    expect(() => decodeTimestampKey("short")).toThrow(RangeError);
  });
});

describe("sizeOfValue", () => {
  /** The client counts 4 for a high surrogate without looking at what follows, and stops early at lone ones. */
  const wellFormed = anyValue.filter((value) => !encodeValueSized(value).text.includes("\\ud"));

  test("V-70: is the public formula, also while encoding", () => {
    fc.assert(
      fc.property(wellFormed, (value) => {
        expect(sizeOfValue(value)).toBe(getConvexSize(value as ClientValue));
        expect(encodeValueSized(value).size).toBe(sizeOfValue(value));
      }),
      RUNS,
    );
    expect(sizeOfValue({ a: undefined, b: "é" })).toBe(2 + 2 + 4);
  });

  test("V-71: a string counts its UTF-8", () => {
    fc.assert(
      fc.property(anyString, fc.integer({ min: 1, max: 20 }), (text, times) => {
        const long = text.repeat(times);
        expect(sizeOfString(long)).toBe(Buffer.byteLength(long));
      }),
    );
  });
});

describe("limits", () => {
  test("V-72: a document beyond 1 MiB is refused with both sizes", () => {
    expect(() => checkDocumentSize(DOCUMENT_LIMITS.maxSize)).not.toThrow();
    expect(() => checkDocumentSize(DOCUMENT_LIMITS.maxSize + 1)).toThrow("Value is too large (1048577 B > maximum size 1 MiB).");
    expect(() => checkDocumentSize(1_258_291)).toThrow("Value is too large (1.2 MiB > maximum size 1 MiB).");
  });
});
