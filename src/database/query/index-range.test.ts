/** index ranges, as key ranges. What they select is also held to an oracle in query-stream.test.ts. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Value } from "../../values/value.js";
import { QueryDatabase, bound, indexOf } from "./query-database.suite.js";

let db: QueryDatabase;

beforeEach(() => {
  db = new QueryDatabase();
  db.declare("messages", { by_ab: ["a", "b"], by_nested: ["author.name"] });
});

function labels(...query: Parameters<typeof indexOf>): unknown[] {
  return db.collect(indexOf(...query)).map((document) => document["label"]);
}

describe("Q-2 index ranges", () => {
  it("Q-2.1 equalities, then a lower and an upper bound on the next field", () => {
    for (const a of [1, 2]) for (const b of [1, 2, 3, 4]) db.insert("messages", { a, b, label: `${a}${b}` });
    expect(labels("messages.by_ab")).toEqual(["11", "12", "13", "14", "21", "22", "23", "24"]);
    expect(labels("messages.by_ab", [bound("Eq", "a", 2)])).toEqual(["21", "22", "23", "24"]);
    expect(labels("messages.by_ab", [bound("Eq", "a", 1), bound("Gt", "b", 1), bound("Lte", "b", 3)])).toEqual(["12", "13"]);
    expect(labels("messages.by_ab", [bound("Eq", "a", 1), bound("Lt", "b", 3), bound("Gte", "b", 2)], "desc")).toEqual(["12"]);
    expect(labels("messages.by_ab", [bound("Gt", "a", 1)], "desc")).toEqual(["24", "23", "22", "21"]);
    expect(labels("messages.by_ab", [bound("Gt", "a", 2), bound("Lt", "a", 1)])).toEqual([]);
  });

  it("Q-2.2 every index ends with _creationTime, which may be constrained", () => {
    db.insert("messages", { a: 1, b: 1, label: "first" }, { a: 1, b: 1, label: "second" }, { a: 1, b: 1, label: "third" });
    const second = db.collect(indexOf("messages.by_creation_time"))[1]!["_creationTime"];
    expect(labels("messages.by_ab", [bound("Eq", "a", 1), bound("Eq", "b", 1), bound("Gte", "_creationTime", second)])).toEqual(["second", "third"]);
    expect(labels("messages.by_creation_time", [bound("Lt", "_creationTime", second)])).toEqual(["first"]);
    expect(labels("messages.by_ab", [bound("Eq", "a", 1), bound("Eq", "b", 1), bound("Eq", "_creationTime", second)])).toEqual(["second"]);
  });

  it("Q-2.7 and then with _id, which may be constrained last", () => {
    db.insert("messages", ...["a", "b", "c", "d"].map((label) => ({ a: 1, b: 1, label })));
    const documents = db.collect(indexOf("messages.by_ab"));
    const { _id, _creationTime } = documents[1]!;
    const same = [bound("Eq", "a", 1), bound("Eq", "b", 1), bound("Eq", "_creationTime", _creationTime)];
    expect(labels("messages.by_ab", [...same, bound("Eq", "_id", _id)])).toEqual(["b"]);
    expect(labels("messages.by_ab", [...same, bound("Gte", "_id", _id), bound("Lte", "_id", _id)])).toEqual(["b"]);
    expect(labels("messages.by_ab", [...same, bound("Gt", "_id", _id)])).toEqual([]);
    expect(labels("messages.by_ab", [...same, bound("Lt", "_id", _id)])).toEqual([]);
    expect(labels("messages.by_ab", [...same, bound("Gt", "_id", null)])).toEqual(["b"]);
    expect(labels("messages.by_creation_time", [bound("Eq", "_creationTime", _creationTime), bound("Gte", "_id", _id)], "desc")).toEqual(["b"]);
    const twice = indexOf("messages.by_ab", [...same, bound("Eq", "_id", _id), bound("Eq", "_id", _id)]);
    expect(() => db.collect(twice)).toThrow('"_id" is constrained twice');
    expect(() => db.collect(indexOf("messages.by_ab", [bound("Eq", "a", 1), bound("Eq", "_id", _id)]))).toThrow('"_id" comes before "b" is constrained with `eq`');
    expect(() => db.collect(indexOf("messages.by_ab", [...same, bound("Gt", "_id", _id), bound("Eq", "a", 1)]))).toThrow('"a" follows a bound of "_id"');
  });

  it("Q-2.3 a missing field is undefined, which comes before everything", () => {
    db.insert("messages", { label: "missing" }, { a: null, label: "null" }, { a: 0, label: "zero" }, { author: { name: "Ada" }, a: "text", label: "text" });
    expect(labels("messages.by_ab", [bound("Eq", "a", undefined)])).toEqual(["missing"]);
    expect(labels("messages.by_ab", [bound("Gt", "a", undefined)])).toEqual(["null", "zero", "text"]);
    expect(labels("messages.by_ab", [bound("Lte", "a", null)])).toEqual(["missing", "null"]);
    expect(labels("messages.by_nested", [bound("Eq", "author.name", "Ada")])).toEqual(["text"]);
    expect(labels("messages.by_nested", [bound("Lt", "author.name", "Ada")])).toEqual(["missing", "null", "zero"]);
  });

  it("Q-2.4 by_id is the order of ids, and compares with values of any type", () => {
    const ids = db.insert("messages", { n: 1 }, { n: 2 }, { n: 3 }).sort();
    const read = (type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte", value: Value | undefined): unknown[] => db.collect(indexOf("messages.by_id", [bound(type, "_id", value)])).map(({ _id }) => _id);
    expect(read("Eq", ids[1])).toEqual([ids[1]]);
    expect(read("Eq", ids[1]!.slice(0, 5))).toEqual([]);
    expect(read("Gt", ids[0])).toEqual(ids.slice(1));
    expect(read("Gte", ids[1])).toEqual(ids.slice(1));
    expect(read("Lt", ids[1])).toEqual(ids.slice(0, 1));
    expect(read("Lte", ids[1])).toEqual(ids.slice(0, 2));
    expect(read("Gt", undefined)).toEqual(ids);
    expect(read("Lt", 5)).toEqual([]);
    expect(read("Eq", 5)).toEqual([]);
    expect(read("Lt", [])).toEqual(ids);
    expect(read("Gt", "é")).toEqual([]);
    expect(db.collect(indexOf("messages.by_id", [], "desc")).map(({ _id }) => _id)).toEqual([...ids].reverse());
  });

  it.each([
    ["a field that is not in the index", [bound("Eq", "c", 1)], '"c" is not a field of the index'],
    ["a field before its turn", [bound("Eq", "b", 1)], '"b" comes before "a" is constrained with `eq`'],
    ["the same field twice", [bound("Eq", "a", 1), bound("Eq", "a", 2)], '"a" is constrained twice'],
    ["two lower bounds", [bound("Gt", "a", 1), bound("Gte", "a", 2)], '"a" has two lower bounds'],
    ["two upper bounds", [bound("Lt", "a", 1), bound("Lt", "a", 2)], '"a" has two upper bounds'],
    ["an equality after a bound", [bound("Gt", "a", 1), bound("Eq", "a", 2)], '`eq` on "a" follows a bound'],
    ["bounds on two fields", [bound("Gt", "a", 1), bound("Lt", "b", 2)], '"b" follows a bound of "a"'],
    ["more than the index has", [bound("Eq", "a", 1), bound("Eq", "b", 1), bound("Eq", "_creationTime", 1), bound("Eq", "a", 1)], '"a" is constrained twice'],
  ])("Q-2.5 refuses %s", (_name, range, cause) => {
    const query = indexOf("messages.by_ab", range);
    expect(() => db.collect(query)).toThrow(cause);
    expect(() => db.collect(query)).toThrow('Tried to query index messages.by_ab with a range that doesn\'t fit it');
    expect(() => db.collect(query)).toThrow('Index fields: ["a","b","_creationTime"]');
  });

  it("Q-2.6 refuses indexes that are not there, not filled or not enabled", () => {
    expect(() => db.collect(indexOf("messages.by_foo"))).toThrow("Index messages.by_foo not found.");
    db.declare("messages", { by_c: ["c"] }, { state: "backfilling" });
    expect(() => db.collect(indexOf("messages.by_c"))).toThrow("Index messages.by_c is currently backfilling and not available to query yet.");
    db.declare("messages", { by_c: ["c"] }, { enabled: false });
    expect(() => db.collect(indexOf("messages.by_c"))).toThrow("Index messages.by_c is currently backfilling and not available to query yet.");
    db.declare("messages", { by_c: ["c"] }, { enabled: false, staged: true });
    expect(() => db.collect(indexOf("messages.by_c"))).toThrow("Index messages.by_c is staged");
  });
});
