/** What the check of others' apps stands on: which folders are apps, which licences permit, which arguments are made. DM-1, DM-2. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { v } from "convex/values";
import { paginationOptsValidator } from "convex/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../harness.js";
import { NoDocument, valueFor, type ValidatorJson } from "./arguments.js";
import { findApps } from "./collection.js";

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(path: string, text = ""): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

test("DM-1 an app has functions, and a licence of its own or from a folder above it", async () => {
  await file("free/LICENSE", "Permission is hereby granted, free of charge, to any person");
  await file("free/examples/one/convex/messages.ts");
  await file("free/examples/two/convex.json", "{}");
  await file("free/examples/two/package.json", JSON.stringify({ license: "Apache-2.0" }));
  await file("silent/convex/messages.js");
  await file("paid/LICENSE.md", "All rights reserved.");
  await file("paid/package.json", JSON.stringify({ license: "SEE LICENSE IN LICENSE.md" }));
  await file("paid/convex/schema.ts");
  await file("other/convex/README.md");
  await file("other/node_modules/app/convex/messages.ts");
  await file(".hidden/convex/messages.ts");
  const found = findApps(folder).map(({ name, licence }) => [name, licence?.name ?? null, licence?.source ?? null]);
  expect(found).toEqual([
    ["free/examples/one", "MIT", "LICENSE"],
    ["free/examples/two", "Apache-2.0", "package.json"],
    ["paid", null, null],
    ["silent", null, null],
  ]);
});

test("DM-2 arguments are what the validator lets through; ids are those of documents that are there", () => {
  const json = (validator: object): ValidatorJson => (validator as { json: ValidatorJson }).json;
  const arg = (validator: object) => valueFor(json(validator), (table) => (table === "messages" ? "an id" : null));
  expect(arg(v.object({ text: v.string(), count: v.int64(), more: v.optional(v.boolean()) }))).toEqual({ text: "demo", count: 1n });
  expect(arg(v.array(v.union(v.literal("red"), v.literal("blue"))))).toEqual(["red"]);
  expect(arg(v.record(v.string(), v.null()))).toEqual({ demo: null });
  expect(arg(paginationOptsValidator)).toEqual({ numItems: 1, cursor: null });
  expect(arg(v.id("messages"))).toBe("an id");
  expect(() => arg(v.object({ user: v.id("users") }))).toThrow(NoDocument);
});
