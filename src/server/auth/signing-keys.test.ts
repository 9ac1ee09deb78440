import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SigningKeys } from "./signing-keys.js";

const MINUTE_MS = 60_000;

let folder: string;
let nowMs: number;
let keys: SigningKeys;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rivulet-keys-"));
  nowMs = Date.parse("2026-01-01T00:00:00Z");
  keys = new SigningKeys(folder, () => nowMs);
  keys.ensure();
});

afterEach(() => rmSync(folder, { recursive: true }));

const file = (): string => join(folder, "signing-keys.json");
const verified = async (token: string): Promise<unknown> => (await jwtVerify(token, createLocalJWKSet(JSON.parse(JSON.stringify(keys.published())) as never))).payload;

test("AU-107 the first key is made once, in a file of its owner's", () => {
  const before = readFileSync(file(), "utf8");
  new SigningKeys(folder).ensure();
  expect([readFileSync(file(), "utf8") === before, statSync(file()).mode & 0o777]).toEqual([true, 0o600]);
  expect(keys.list()).toEqual([{ kid: expect.stringMatching(/^[\w-]{16}$/) as string, createdAt: "2026-01-01T00:00:00.000Z", retiredAt: null }]);
});

test("AU-109 a key that was replaced is published until its last token has ended, and then forgotten", async () => {
  const old = keys.sign({}, { sub: "a" });
  const kid = new SigningKeys(folder, () => nowMs).rotate();
  expect(keys.list().map((key) => [key.kid === kid, key.retiredAt])).toEqual([[true, null], [false, "2026-01-01T00:00:00.000Z"]]);
  nowMs += 64 * MINUTE_MS;
  expect(await verified(old)).toEqual({ sub: "a" });
  expect(await verified(keys.sign({}, { sub: "b" }))).toEqual({ sub: "b" });
  nowMs += 2 * MINUTE_MS;
  await expect(verified(old)).rejects.toThrow("no applicable key");
  keys.rotate();
  expect(keys.list()).toHaveLength(2);
});

test("AU-110 revoked keys are gone at once", async () => {
  const old = keys.sign({}, {});
  keys.rotate({ revoke: true });
  await expect(verified(old)).rejects.toThrow("no applicable key");
});

test.each(["", "{}", '{"keys":[]}', '{"keys":[{"kid":"a","createdAt":"","retiredAt":null,"privateKey":{"kty":"EC","d":"very secret"}}]}'])("AU-107 a file that holds something else is named, without what it holds: %s", (text) => {
  writeFileSync(file(), text);
  expect(() => keys.list()).toThrow(/signing-keys\.json does not hold signing keys\. Restore it, or/);
  expect(() => keys.list()).not.toThrow(/very secret/);
});

test("AU-107 without the file nothing is signed, and the message says how to mend it", () => {
  rmSync(file());
  expect(() => keys.sign({}, {})).toThrow('is gone: the deployment can\'t sign tokens. Restore it, or make a new key with "rivulet signing-keys rotate".');
  expect(keys.published()).toEqual({ keys: [] });
});
