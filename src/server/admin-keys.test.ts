import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ADMIN_KEYS_FILE, AdminKeys } from "./admin-keys.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rivulet-keys-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("CL-20: a key has the form name|secret and is valid at once", () => {
  const keys = AdminKeys.open(folder);
  const key = keys.create("deploy");
  expect(key).toMatch(/^deploy\|[0-9a-f]{64}$/);
  expect(keys.check(key)).toEqual({ name: "deploy" });
});

test.each(["", "deploy", "deploy|", "|", "deploy|0000", "other|"])("CL-20: %j is no valid key", (text) => {
  const keys = AdminKeys.open(folder);
  keys.create("deploy");
  expect(keys.check(text)).toBeNull();
});

test("CL-21: the file holds no secret and only its owner can read it", () => {
  const secret = AdminKeys.open(folder).create("deploy").split("|")[1]!;
  const path = join(folder, ADMIN_KEYS_FILE);
  expect(readFileSync(path, "utf8")).not.toContain(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("CL-22: keys made and revoked elsewhere count at once", () => {
  const server = AdminKeys.open(folder);
  const commandLine = AdminKeys.open(folder);
  const key = commandLine.create("deploy");
  expect(server.check(key)).toEqual({ name: "deploy" });
  commandLine.revoke("deploy");
  expect(server.check(key)).toBeNull();
});

test("CL-22: a revoked key stays invalid when its name is used again", () => {
  const keys = AdminKeys.open(folder);
  const first = keys.create("deploy");
  keys.revoke("deploy");
  const second = keys.create("deploy");
  expect([keys.check(first), keys.check(second)]).toEqual([null, { name: "deploy" }]);
  expect(keys.list().map(({ name, revokedAt }) => [name, revokedAt !== undefined])).toEqual([["deploy", true], ["deploy", false]]);
});

test("CL-23: names that are taken, unknown or malformed are refused", () => {
  const keys = AdminKeys.open(folder);
  keys.create("deploy");
  expect(() => keys.create("deploy")).toThrow('There is an admin key named "deploy" already. Choose another name, or revoke it first.');
  expect(() => keys.create("a b")).toThrow('"a b" cannot be the name of an admin key');
  expect(() => keys.revoke("other")).toThrow('There is no valid admin key named "other".');
});

test("CL-24: a preset key is valid beside those of the file and is in no file", () => {
  const keys = AdminKeys.open(folder, "ci|0123456789abcdef");
  const own = keys.create("deploy");
  expect([keys.check("ci|0123456789abcdef"), keys.check(own), keys.check("ci|0123456789abcdeg")]).toEqual([{ name: "ci" }, { name: "deploy" }, null]);
  expect(readFileSync(join(folder, ADMIN_KEYS_FILE), "utf8")).not.toContain('"ci"');
});

test.each(["", "ci", "ci|short", "c i|0123456789abcdef", "ci|0123456789:abcdef", "ci|0123456789abcdef|x"])("CL-24: %j cannot be preset", (text) => {
  expect(() => AdminKeys.open(folder, text)).toThrow("RIVULET_ADMIN_KEY must have the form name|secret");
});

test.each(["{", "[]", '{"keys":[{"name":"x"}]}'])("CL-25: a file that is not ours is named: %s", (text) => {
  writeFileSync(join(folder, ADMIN_KEYS_FILE), text);
  expect(() => AdminKeys.open(folder)).toThrow(join(folder, ADMIN_KEYS_FILE));
});
