import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeId, encodeId, newId, tableNumberOfId } from "./id.js";

const tableNumber = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 2 ** 21, 2 ** 28, 0xffff_ffff));
const internal = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("document ids", () => {
  /** Ids that developers quoted in public bug reports. */
  test.each<[string, number]>([
    ["j57cbywe1te7fvzf26g0x3ftsd7vagd2", 10_001],
    ["jh74xzyc2wzqk5dcnkb4p91avd7sntq0", 10_004],
    ["js79xewp66skzqe3tv8r0ztd457y9qeh", 10_006],
    ["js7b78nydn0d60c1zqbvfratrx7tq03q", 10_006],
    ["kx712phxk5bqw65pg4v7sjq5j587c2jt", 10_015],
  ])("V-80: %s is an id of table %i", (id, number) => {
    const decoded = decodeId(id)!;
    expect(decoded.tableNumber).toBe(number);
    expect(encodeId(number, decoded.internal)).toBe(id);
    expect(tableNumberOfId(id)).toBe(number);
  });

  test("V-81: decoding is the inverse of encoding, and lengths are 31 to 37", () => {
    fc.assert(
      fc.property(tableNumber, internal, (number, bytes) => {
        const id = encodeId(number, bytes);
        expect(id.length).toBeGreaterThanOrEqual(31);
        expect(id.length).toBeLessThanOrEqual(37);
        expect(decodeId(id)).toEqual({ tableNumber: number, internal: new Uint8Array(bytes) });
        expect(tableNumberOfId(id)).toBe(number);
      }),
    );
  });

  test("V-82: every value has one id: whatever decodes is what encodes", () => {
    const alphabet = [..."0123456789abcdefghjkmnpqrstvwxyz"];
    fc.assert(
      fc.property(tableNumber, internal, fc.nat(36), fc.constantFrom(...alphabet), (number, bytes, at, digit) => {
        const id = encodeId(number, bytes);
        const changed = id.slice(0, at) + digit + id.slice(at + 1);
        const decoded = decodeId(changed);
        if (decoded !== null) expect(encodeId(decoded.tableNumber, decoded.internal)).toBe(changed);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, string]>([
    ["a wrong checksum", "k174m8w0v61ev9qn5cxz9ddc0s7z1nzv"],
    ["capitals", "J57CBYWE1TE7FVZF26G0X3FTSD7VAGD2"],
    ["another alphabet", "j57cbywe1te7fvzf26g0x3ftsd7vagdi"],
    ["no ASCII", "j57cbywe1te7fvzf26g0x3ftsd7vagdé"],
    ["too short", "j57cbywe1te7fvzf26g0x3ftsd7vag"],
    ["too long", "j57cbywe1te7fvzf26g0x3ftsd7vagd2000000"],
    ["no length that ids have", "j57cbywe1te7fvzf26g0x3ftsd7vagd20"],
    ["nothing", ""],
  ])("V-83: %s is no id", (_, text) => {
    expect(decodeId(text)).toBe(null);
  });

  test("V-84: new ids differ, and follow the bytes that are given", () => {
    const ids = new Set(Array.from({ length: 2_000 }, () => newId(10_001)));
    expect(ids.size).toBe(2_000);
    for (const id of ids) expect(decodeId(id)?.tableNumber).toBe(10_001);
    expect(newId(7, (length) => new Uint8Array(length).fill(9))).toBe(encodeId(7, new Uint8Array(16).fill(9)));
  });

  test("V-85: what is no table number or no internal id cannot be encoded", () => {
    for (const wrong of [-1, 0.5, 2 ** 32, NaN]) expect(() => encodeId(wrong, new Uint8Array(16))).toThrow("is no table number");
    expect(() => encodeId(1, new Uint8Array(15))).toThrow("16 internal bytes, not 15");
  });

  test("V-86: the table number alone needs an id's length and digits", () => {
    expect(tableNumberOfId("")).toBe(null);
    expect(tableNumberOfId("u".repeat(32))).toBe(null);
    expect(tableNumberOfId("z".repeat(32))).toBe(null);
  });
});
