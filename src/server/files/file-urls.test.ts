import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileUrls } from "./file-urls.js";

const SECRET = "0f".repeat(32);
const urls = new FileUrls({ secret: SECRET, spaceSalt: "" }, "https://files.example");
const id = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("names in URLs", () => {
  test("FI-20 lead back to the id they were made of, and to no other", () => {
    fc.assert(
      fc.property(id, id, (first, second) => {
        const name = urls.urlNameOf(first);
        expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(Buffer.from(urls.internalIdOf(name)!)).toEqual(Buffer.from(first));
        expect(urls.urlNameOf(second) === name).toBe(Buffer.from(first).equals(second));
      }),
    );
  });

  test("FI-20 are others under another secret", () => {
    const internalId = new Uint8Array(16);
    expect(new FileUrls({ secret: "0e".repeat(32), spaceSalt: "" }, "").urlNameOf(internalId)).not.toBe(urls.urlNameOf(internalId));
  });

  test("FI-20 stay the same from version to version: they are in apps' pages", () => {
    expect(urls.urlNameOf(Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"))).toBe("72bf4518-66ca-4b33-54ec-d13c18cdffdf");
    expect(urls.space).toBe("b7cb8919d2585c9b");
    expect(new FileUrls({ secret: SECRET, spaceSalt: "01" }, "").space).not.toBe(urls.space);
  });

  test("FI-21 of any other text there is none", () => {
    fc.assert(fc.property(fc.string({ maxLength: 50 }), (text) => void expect(urls.internalIdOf(text)).toBeNull()));
  });
});

describe("upload tokens", () => {
  const tokenOf = (url: string): string => new URL(url).searchParams.get("token")!;

  test("FI-1 say when and for whom they were made", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{0,40}$/), fc.integer({ min: 0, max: 4e12 }), (namespace, nowMs) => {
        expect(urls.readToken(tokenOf(urls.uploadUrl(namespace, nowMs)))).toMatchObject({ namespace, issuedMs: nowMs });
      }),
    );
  });

  test("FI-11 with any bit changed are none", () => {
    const bytes = Buffer.from(tokenOf(urls.uploadUrl("component", Date.UTC(2026, 0, 1))), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      expect(urls.readToken(changed.toString("base64url"))).toBeNull();
    }
    for (let length = 0; length < bytes.length; length++) expect(urls.readToken(bytes.subarray(0, length).toString("base64url"))).toBeNull();
  });

  test("FI-11 of any text are none", () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (text) => void expect(urls.readToken(text)).toBeNull()));
  });
});
