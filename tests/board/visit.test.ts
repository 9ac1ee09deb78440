/** E-87: how often a page calls while a cursor moves, when it is still, and when calls take long or fail. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Visit, type VisitCalls } from "./page.js";
import type { Position } from "./shoal.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that takes `latencyMs` for each call. */
class Server implements VisitCalls {
  readonly log: string[] = [];
  readonly refused: unknown[] = [];
  seats: (number | null)[] = [];
  latencyMs = 10;
  isGone = false;
  problem: Error | null = null;
  underWay = 0;
  underWayMax = 0;

  visit(): InstanceType<typeof Visit> {
    return new Visit(this, { onSeat: (seat) => this.seats.push(seat), onRefused: (error) => this.refused.push(error) });
  }

  join = async () => await this.#answer("join", 3);
  move = async ({ x }: Position) => await this.#answer(`move ${x}`, !this.isGone);
  heartbeat = async () => await this.#answer("heartbeat", !this.isGone);
  leave = async () => await this.#answer("leave", null);

  async #answer<Value>(call: string, value: Value): Promise<Value> {
    this.log.push(call);
    if (call === "join") this.isGone = false;
    this.underWay++;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    this.underWay--;
    if (this.problem !== null) throw this.problem;
    return value;
  }
}

/** The cursor moves by one each step of 5 ms. */
async function wander(visit: { moveTo(cursor: Position): void }, ms: number): Promise<void> {
  for (let step = 1; step <= ms / 5; step++) {
    visit.moveTo({ x: step, y: 0 });
    await vi.advanceTimersByTimeAsync(5);
  }
}

test("E-87 while it moves it calls ten times a second, with the newest position; the last one too", async () => {
  const server = new Server();
  const visit = server.visit();
  await vi.advanceTimersByTimeAsync(100);
  expect([server.log, server.seats]).toEqual([["join"], [3]]);
  await wander(visit, 1_000);
  const moves = server.log.filter((call) => call.startsWith("move"));
  expect(moves.length).toBeGreaterThanOrEqual(9);
  expect(moves.length).toBeLessThanOrEqual(11);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.log.at(-1)).toBe("move 200");
  // Then it is still: a heartbeat every ten seconds, and the same position is no move.
  visit.moveTo({ x: 200, y: 0 });
  const before = server.log.length;
  await vi.advanceTimersByTimeAsync(30_500);
  expect(server.log.slice(before)).toEqual(["heartbeat", "heartbeat", "heartbeat"]);
  visit.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.log.slice(before + 3)).toEqual(["leave"]);
  expect(server.seats).toEqual([3, null]);
});

test("E-87 a slow line gets fewer moves, never two at a time, and newer ones", async () => {
  const server = new Server();
  const visit = server.visit();
  await vi.advanceTimersByTimeAsync(100);
  server.latencyMs = 400;
  await wander(visit, 2_000);
  const moves = server.log.filter((call) => call.startsWith("move"));
  expect(moves).toHaveLength(5);
  expect(moves.map((call) => Number(call.slice(5)))).toEqual([...moves.map((call) => Number(call.slice(5)))].sort((a, b) => a - b));
  expect(server.underWayMax).toBe(1);
  visit.close();
});

test("E-84 whoever was taken for gone joins again, and shows where the cursor is", async () => {
  const server = new Server();
  const visit = server.visit();
  await vi.advanceTimersByTimeAsync(50);
  server.isGone = true;
  visit.moveTo({ x: 5, y: 0 });
  await vi.advanceTimersByTimeAsync(500);
  expect(server.log).toEqual(["join", "move 5", "join", "move 5"]);
  visit.close();
});

test("E-84 a call that fails is said, and tried again when a heartbeat is due; what is answered after the end says nothing", async () => {
  const server = new Server();
  server.problem = new Error("full");
  const visit = server.visit();
  visit.moveTo({ x: 1, y: 0 });
  await vi.advanceTimersByTimeAsync(9_900);
  expect([server.log, server.refused]).toEqual([["join"], [server.problem]]);
  server.problem = null;
  await vi.advanceTimersByTimeAsync(300);
  expect(server.log).toEqual(["join", "join", "move 1"]);
  visit.moveTo({ x: 2, y: 0 });
  await vi.advanceTimersByTimeAsync(100);
  server.problem = new Error("late");
  visit.close();
  visit.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.log.filter((call) => call === "leave")).toHaveLength(1);
  expect(server.seats).toEqual([3, null]);
});
