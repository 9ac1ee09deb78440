import fc from "fast-check";
import { expect, test } from "vitest";
import type { FromEngine, ToEngine } from "./engine-messages.js";
import { forEachFromEngine, packFromEngine, packToEngine, unpackToEngine } from "./packed-batch.js";

const socketText = fc.record({ socket: fc.nat(3), text: fc.constantFrom("a", "b", "") });
const fromEngine: fc.Arbitrary<FromEngine> = fc.oneof(
  socketText.map((fields) => ({ type: "send" as const, ...fields })),
  fc.constant({ type: "ready" as const }),
  fc.nat(3).map((socket) => ({ type: "close" as const, socket, code: 1000, reason: "" })),
);
const toEngine: fc.Arbitrary<ToEngine> = fc.oneof(
  socketText.map((fields) => ({ type: "frame" as const, ...fields })),
  fc.nat(3).map((socket) => ({ type: "socketClosed" as const, socket })),
);

test("what is packed comes out as it went in, in its order", () => {
  fc.assert(
    fc.property(fc.array(fromEngine), fc.array(toEngine), (said, asked) => {
      const received: FromEngine[] = [];
      forEachFromEngine(structuredClone(packFromEngine(said)), (message) => received.push(message));
      expect(received).toEqual(said);
      expect(unpackToEngine(structuredClone(packToEngine(asked)))).toEqual(asked);
    }),
  );
});

test("one text for a thousand sockets crosses once", () => {
  const sockets = Array.from({ length: 1_000 }, (_, socket) => socket);
  const packed = packFromEngine(sockets.map((socket) => ({ type: "send", socket, text: "same" })));
  expect(packed).toEqual([{ type: "socketTexts", sockets, texts: ["same"], counts: [1_000] }]);
});
