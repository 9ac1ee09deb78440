/** E-52: the sync example with as many boards as one scan takes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../harness.js";
import { CATALOGUE, Whiteboard, WORKERS_MAX } from "./whiteboard.js";

const BOARDS = 1_024;
const KEYS_PER_HEARTBEAT = 8;
/** In one transaction; others follow at once. */
const SENT_AT_ONCE = 128;

let whiteboard: Whiteboard;

beforeAll(async () => {
  whiteboard = await Whiteboard.start(BOARDS);
});

afterAll(async () => await whiteboard?.[Symbol.asyncDispose]());

test("E-52 one scan finds 1,024 due subjects and sends them all to the pool, where four workers take them up", async () => {
  // However long this takes: nobody leaves meanwhile, and nothing is due again.
  await whiteboard.setVariables({ HEARTBEAT_MS: "600000", REFRESH_MS: "86400000" });
  await whiteboard.loadCatalogue();
  await whiteboard.setVariables({ FETCHES_AT_ONCE: "1", FETCHES_PER_MINUTE: "1" });
  const keys = whiteboard.world.ids.map((id) => `boards/${id}`);
  const heartbeats = Array.from({ length: BOARDS / KEYS_PER_HEARTBEAT }, (_, index) => keys.slice(index * KEYS_PER_HEARTBEAT, (index + 1) * KEYS_PER_HEARTBEAT));
  await Promise.all(heartbeats.map(async (named) => await whiteboard.beat(named)));
  const fetched = whiteboard.source.asked.filter((key) => key !== CATALOGUE).length;
  expect(fetched).toBeLessThanOrEqual(1);

  whiteboard.source.hold();
  await whiteboard.setVariables({ FETCHES_AT_ONCE: "2000", FETCHES_PER_MINUTE: "100000" });
  await whiteboard.server.advanceClock(1_500);
  expect(await whiteboard.scan()).toEqual({ left: 0, due: BOARDS - fetched, sent: SENT_AT_ONCE });
  const queued = async () => (await whiteboard.states()).filter(({ phase }) => phase === "queued").length;
  await until(async () => whiteboard.source.inFlight.length === WORKERS_MAX && (await queued()) === BOARDS - fetched - WORKERS_MAX, "four workers, and all others in the queue");
  expect(await whiteboard.scan()).toEqual({ left: 0, due: 0, sent: 0 });
});
