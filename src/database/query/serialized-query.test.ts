/** the form in which queries travel. */
import { describe, expect, it } from "vitest";
import { DatabaseError } from "../errors.js";
import { decodeOperand, parseSerializedQuery } from "./serialized-query.js";

describe("Q-1 parseSerializedQuery", () => {
  it("Q-1.1 takes every kind of source, and no order as null", () => {
    const scan = { source: { type: "FullTableScan", tableName: "messages", order: "desc" }, operators: [{ filter: { $literal: true } }, { limit: 3 }] };
    expect(parseSerializedQuery(scan)).toEqual(scan);
    const range = [{ type: "Eq", fieldPath: "a.b", value: { $undefined: null } }];
    expect(parseSerializedQuery({ source: { type: "IndexRange", indexName: "messages.by_a", range }, operators: [] })).toEqual({
      source: { type: "IndexRange", indexName: "messages.by_a", range, order: null },
      operators: [],
    });
    const search = { source: { type: "Search", indexName: "messages.by_text", filters: [{ type: "Search" }] }, operators: [] };
    expect(parseSerializedQuery(search)).toEqual(search);
  });

  const source = { type: "FullTableScan", tableName: "messages", order: null };
  it.each([
    ["no object", null, "`query` must be an object"],
    ["no operators", { source }, "`query.operators` must be an array"],
    ["too many operators", { source, operators: Array.from({ length: 257 }, () => ({ limit: 1 })) }, "at most 256"],
    ["an unknown source", { source: { type: "Vector" }, operators: [] }, "`query.source.type`"],
    ["a table that is no string", { source: { ...source, tableName: 7 }, operators: [] }, "`query.source.tableName` must be a string"],
    ["an unknown order", { source: { ...source, order: "up" }, operators: [] }, "`query.source.order`"],
    ["an index without its table", { source: { type: "IndexRange", indexName: "by_a", range: [] }, operators: [] }, "`query.source.indexName`"],
    ["an unknown bound", { source: { type: "IndexRange", indexName: "m.by_a", range: [{ type: "Ne", fieldPath: "a", value: 1 }] }, operators: [] }, "`query.source.range[0].type`"],
    ["a bound without a value", { source: { type: "IndexRange", indexName: "m.by_a", range: [{ type: "Eq", fieldPath: "a" }] }, operators: [] }, "`query.source.range[0].value`"],
    ["an unknown operator", { source, operators: [{ sort: "a" }] }, "`query.operators[0]`"],
    ["an operator that is two", { source, operators: [{ filter: true, limit: 1 }] }, "`query.operators[0]`"],
  ])("Q-1.2 refuses %s and says where", (_name, json, message) => {
    expect(() => parseSerializedQuery(json)).toThrow(message);
    expect(() => parseSerializedQuery(json)).toThrow(DatabaseError);
  });

  it("Q-1.3 decodes operands without changing them, and refuses those that are no values", () => {
    const json = { list: [{ $integer: "AQAAAAAAAAA=" }] };
    expect(decodeOperand(json)).toEqual({ list: [1n] });
    expect(json).toEqual({ list: [{ $integer: "AQAAAAAAAAA=" }] });
    expect(decodeOperand({ $undefined: null })).toBe(undefined);
    expect(() => decodeOperand({ $integer: "AQ==" })).toThrow("A query holds a value that is none");
  });
});
