import { expect, it } from "vitest";
import { IdentityLease, RENEWAL_MS } from "./identity-lease.js";

/** Timers by hand. */
class Fixture {
  nowMs = 1_000;
  readonly said: string[] = [];
  readonly #timers = new Set<{ atMs: number; action: () => void }>();
  readonly lease = new IdentityLease({
    nowMs: () => this.nowMs,
    after: (ms, action) => {
      const timer = { atMs: this.nowMs + ms, action };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
    onExpired: () => this.said.push("expired"),
    onResumed: (isLost) => this.said.push(isLost ? "lost" : "resumed"),
  });

  get timers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.nowMs || !this.#timers.delete(timer)) continue;
      timer.action();
    }
  }
}

it("AU-50 a token that ends suspends, and in time nobody is left", () => {
  const fixture = new Fixture();
  fixture.lease.renew(6_000);
  fixture.advance(4_999);
  expect(fixture.lease.isSuspended).toBe(false);
  fixture.advance(1);
  expect(fixture.said).toEqual(["expired"]);
  expect(fixture.lease.isSuspended).toBe(true);
  fixture.advance(RENEWAL_MS);
  expect(fixture.said).toEqual(["expired", "lost"]);
  expect(fixture.lease.isSuspended).toBe(false);
  expect(fixture.timers).toBe(0);
});

it("AU-51 a new token ends the suspension without a word", () => {
  const fixture = new Fixture();
  fixture.lease.renew(2_000);
  fixture.advance(1_000);
  fixture.lease.renew(100_000);
  expect(fixture.lease.isSuspended).toBe(false);
  fixture.advance(50_000);
  expect(fixture.said).toEqual(["expired"]);
});

it("AU-51 a token that is renewed in time never suspends", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 10; n++) {
    fixture.lease.renew(fixture.nowMs + 5_000);
    fixture.advance(4_000);
  }
  expect(fixture.said).toEqual([]);
  expect(fixture.timers).toBe(1);
});

it("AU-52 a refused token leaves the one before, unless that ends meanwhile", () => {
  const fixture = new Fixture();
  fixture.lease.renew(100_000);
  fixture.lease.suspend(false);
  expect(fixture.lease.isSuspended).toBe(true);
  fixture.lease.suspend(false);
  fixture.advance(RENEWAL_MS);
  expect(fixture.said).toEqual(["resumed"]);
  fixture.lease.renew(fixture.nowMs + RENEWAL_MS / 2);
  fixture.lease.suspend(false);
  fixture.advance(RENEWAL_MS / 2);
  fixture.advance(RENEWAL_MS / 2);
  expect(fixture.said).toEqual(["resumed", "expired", "lost"]);
});

it("AU-53 a timer that is late, as after sleep, does not prolong a token", () => {
  const fixture = new Fixture();
  fixture.lease.renew(5_000);
  fixture.nowMs = 3_600_000;
  expect(fixture.lease.isSuspended).toBe(true);
  expect(fixture.said).toEqual(["expired"]);
  fixture.advance(0);
  expect(fixture.said).toEqual(["expired"]);
});

it("AU-54 a token that ends in a hundred years waits that long", () => {
  const fixture = new Fixture();
  const centuryMs = 100 * 365 * 86_400_000;
  fixture.lease.renew(fixture.nowMs + centuryMs);
  for (let ms = 0; ms < centuryMs - 86_400_000; ms += 86_400_000) fixture.advance(86_400_000);
  expect(fixture.said).toEqual([]);
  fixture.advance(2 * 86_400_000);
  fixture.advance(0);
  expect(fixture.said).toEqual(["expired"]);
});

it("AU-55 a session that is closed has no timers", () => {
  const fixture = new Fixture();
  fixture.lease.renew(5_000);
  fixture.lease.suspend(false);
  fixture.lease.close();
  expect(fixture.timers).toBe(0);
});
