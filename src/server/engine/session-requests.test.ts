import { expect, test } from "vitest";
import { SessionRequests } from "./session-requests.js";

const NOBODY_ANSWERED = (): boolean => false;

test("SY-47 numbers that go up in a new session need no look; others, and those of a session with answers or earlier connections, do", () => {
  const requests = new SessionRequests((sessionId) => sessionId === "answered");
  requests.hold("new", true);
  expect([0, 1, 5, 5, 3, 6].map((id) => requests.mayBeRepeated("new", id))).toEqual([false, false, false, true, true, false]);
  requests.hold("answered", true);
  expect(requests.mayBeRepeated("answered", 0)).toBe(true);
  requests.hold("again", false);
  expect(requests.mayBeRepeated("again", 0)).toBe(true);
});

test("SY-47 what one socket of a session has sent is known to the others, until nobody holds it", () => {
  const requests = new SessionRequests(NOBODY_ANSWERED);
  requests.hold("shared", true);
  requests.hold("shared", true);
  expect(requests.mayBeRepeated("shared", 7)).toBe(false);
  expect(requests.mayBeRepeated("shared", 7)).toBe(true);
  requests.release("shared");
  expect(requests.mayBeRepeated("shared", 7)).toBe(true);
  requests.release("shared");
  expect(requests.size).toBe(0);
});
