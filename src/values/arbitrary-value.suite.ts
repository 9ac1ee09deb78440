/** Random values for property tests: every kind, with the edges of each more often than chance would have them. */
import fc from "fast-check";
import type { Value } from "./value.js";

const units = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0x7ff, 0x800, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff)), { maxLength: 12 });

/** Any sequence of UTF-16 units: lone surrogates, NUL, whatever sorts differently in UTF-8. */
export const anyString = fc.oneof(
  fc.string(),
  units.map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom("", "a", "a\0", "a\0b", "\x01", "\x00", "\uffff", "\u{10000}", "\ud800", "\udc00", "\ud83d\ude00", "\ud83da", '"$x"', '"\\\n', "é".repeat(60)),
);

export const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** 53));

export const anyInt64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n)));

export const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.constantFrom(new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 1]), new Uint8Array([255]))).map((bytes) => new Uint8Array(bytes).buffer);

/** Names that every server takes; some are array indexes, which objects order by themselves. */
export const anyFieldName = fc.oneof(
  fc.constantFrom("a", "b", "B", "_id", "10", "9", "0", "01", "4294967295", "4294967294", "a.b", 'q"', "back\\slash", "constructor", "toJSON", " "),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 }).filter((name) => !name.startsWith("$") && name !== "__proto__"),
);

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), anyNumber, anyInt64, anyString, anyBytes) as fc.Arbitrary<Value>,
    fc.array(tie("value"), { maxLength: 5 }) as fc.Arbitrary<Value>,
    fc.dictionary(anyFieldName, tie("value"), { maxKeys: 5 }) as fc.Arbitrary<Value>,
  ),
})).value;
