/** journals. */
import { describe, expect, it } from "vitest";
import { PageJournal } from "./page-journal.js";

describe("Q-7 journals", () => {
  it("Q-7.1 gives end cursors back in the order of the calls", () => {
    const first = new PageJournal(null);
    expect(first.nextEndCursor()).toBe(null);
    first.record("one");
    expect(first.nextEndCursor()).toBe(null);
    first.record("two");
    expect(first.serialize()).toBe('{"endCursors":["one","two"]}');
    const again = new PageJournal(first.serialize());
    expect([again.nextEndCursor(), again.nextEndCursor()]).toEqual(["one", "two"]);
  });

  it("Q-7.2 a run with more pages gets fresh ones, one with fewer forgets the rest", () => {
    const given = JSON.stringify({ endCursors: ["one", "two"] });
    const more = new PageJournal(given);
    expect([more.nextEndCursor(), more.nextEndCursor(), more.nextEndCursor()]).toEqual(["one", "two", null]);
    const fewer = new PageJournal(given);
    fewer.record(fewer.nextEndCursor()!);
    expect(fewer.serialize()).toBe('{"endCursors":["one"]}');
    expect(new PageJournal(given).serialize()).toBe(null);
  });

  it.each(["", "null", "7", "{}", '{"endCursors":"one"}', '{"endCursors":[1]}', '{"endCursor":"one"}', "{"])("Q-7.3 takes %j, which is no journal of ours, as none", (text) => {
    expect(new PageJournal(text).nextEndCursor()).toBe(null);
  });
});
