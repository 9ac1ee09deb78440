import { expect, test } from "vitest";
import { asNativeError } from "./thrown.js";

test.each([
  [new RangeError("too far"), "too far"],
  [new DOMException("the port is gone", "DataCloneError"), "DOMException [DataCloneError]: the port is gone"],
  ["a text", "'a text'"],
])("H-55 what ends a thread says as much in another one: %s", (thrown, message) => {
  expect(structuredClone(asNativeError(thrown)).message.split("\n")[0]).toBe(message);
});
