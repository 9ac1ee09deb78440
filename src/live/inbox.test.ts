import { expect, it } from "vitest";
import { ProtocolError, type ClientMessage } from "./client-message.js";
import { Inbox, WAITING_MESSAGES_MAX } from "./inbox.js";

/** Takes time for each Authenticate until told to go on. */
class Fixture {
  readonly received: string[] = [];
  readonly errors: unknown[] = [];
  overflows = 0;
  isSuspended = false;
  failing: string | null = null;
  #verified: () => void = () => undefined;
  readonly inbox = new Inbox({ receiver: this, onError: (error) => this.errors.push(error), onOverflow: () => this.overflows++ });

  receive(message: ClientMessage): Promise<void> | null {
    const name = message.type === "Event" ? message.eventType : message.type === "Authenticate" && message.tokenType === "User" ? message.value : message.type;
    if (name === this.failing) throw new ProtocolError(name);
    this.received.push(name);
    return message.type === "Authenticate" ? new Promise((resolve) => (this.#verified = resolve)) : null;
  }

  /** Lets the verification end, and what follows it happen. */
  async verified(): Promise<void> {
    this.#verified();
    await new Promise((resolve) => setImmediate(resolve));
  }

  event(eventType: string): void {
    this.inbox.receive(JSON.stringify({ type: "Event", eventType, event: null }));
  }

  authenticate(value: string): void {
    this.inbox.receive(JSON.stringify({ type: "Authenticate", tokenType: "User", baseVersion: 0, value }));
  }
}

it("AU-60 gives messages on in order, and nothing while a token is verified", async () => {
  const fixture = new Fixture();
  fixture.event("a");
  fixture.authenticate("first");
  fixture.event("b");
  fixture.authenticate("second");
  fixture.event("c");
  expect(fixture.received).toEqual(["a", "first"]);
  await fixture.verified();
  expect(fixture.received).toEqual(["a", "first", "b", "second"]);
  await fixture.verified();
  expect(fixture.received).toEqual(["a", "first", "b", "second", "c"]);
});

it("AU-61 while the client is to renew its token only a token is received", async () => {
  const fixture = new Fixture();
  fixture.isSuspended = true;
  fixture.event("a");
  fixture.event("b");
  expect(fixture.received).toEqual([]);
  fixture.authenticate("renewed");
  expect(fixture.received).toEqual(["renewed"]);
  fixture.isSuspended = false;
  fixture.event("c");
  await fixture.verified();
  expect(fixture.received).toEqual(["renewed", "a", "b", "c"]);
});

it("AU-61 what waited is received when the client had no other token", () => {
  const fixture = new Fixture();
  fixture.isSuspended = true;
  fixture.event("a");
  fixture.isSuspended = false;
  fixture.inbox.resume();
  expect(fixture.received).toEqual(["a"]);
});

it("AU-61 a token that waited for one that was refused is next", async () => {
  const fixture = new Fixture();
  fixture.authenticate("refused");
  fixture.event("a");
  fixture.authenticate("second");
  fixture.isSuspended = true;
  await fixture.verified();
  expect(fixture.received).toEqual(["refused", "second"]);
});

it("AU-62 too much that waits disconnects the client, once", () => {
  const fixture = new Fixture();
  fixture.authenticate("slow");
  for (let n = 0; n < WAITING_MESSAGES_MAX; n++) fixture.event("x");
  expect(fixture.overflows).toBe(0);
  fixture.event("x");
  expect(fixture.overflows).toBe(1);
});

it("AU-62 so does a single message that is too large to wait", () => {
  const fixture = new Fixture();
  fixture.authenticate("slow");
  fixture.event("x".repeat(33 * 1024 * 1024));
  expect(fixture.overflows).toBe(1);
});

it("AU-63 what is wrong is said when it is received: at once, or when it has waited", async () => {
  const fixture = new Fixture();
  expect(() => fixture.inbox.receive("{")).toThrow(ProtocolError);
  fixture.failing = "bad";
  expect(() => fixture.event("bad")).toThrow(ProtocolError);
  fixture.authenticate("slow");
  fixture.event("bad");
  await fixture.verified();
  expect(fixture.errors).toEqual([new ProtocolError("bad")]);
});

it("AU-64 a client that left is given nothing more", async () => {
  const fixture = new Fixture();
  fixture.authenticate("slow");
  fixture.event("a");
  fixture.inbox.close();
  await fixture.verified();
  expect(fixture.received).toEqual(["slow"]);
});
