/** For the tests of this folder: values of every type, few enough of each that random documents often have the same. */
import fc from "fast-check";
import type { Value } from "../../values/value.js";

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(-(2n ** 63n), -1n, 0n, 1n, 2n ** 63n - 1n),
  fc.constantFrom(-Infinity, -1.5, -0, 0, 1, 2, 1e300, Infinity),
  fc.boolean(),
  fc.constantFrom("", "a", "ab", "b", "\0", "é", "\uffee", "😀"),
  fc.constantFrom([], [0], [0, 255], [1]).map((bytes) => new Uint8Array(bytes).buffer),
);

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, fc.array(tie("value"), { maxLength: 2 }), fc.dictionary(fc.constantFrom("p", "q"), tie("value"), { maxKeys: 2, noNullPrototype: true })),
}));

/** undefined: the document does not have the field. */
export const documentField: fc.Arbitrary<Value | undefined> = fc.oneof({ arbitrary: value, weight: 6 }, { arbitrary: fc.constant(undefined), weight: 1 });
