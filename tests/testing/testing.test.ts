/** `rivulet/testing` as an app's own tests use it. TS-1 to TS-10. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Testing from "../../src/testing/index.js";
import { ROOT } from "../harness.js";

/** As an app has it: actions run in threads of built modules. */
const { TestApp, TestAppError } = (await import(join(ROOT, "dist", "testing", "index.js"))) as typeof Testing;

const api = anyApi;
const FILES = {
  "schema.ts": `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  courses: defineTable({ title: v.string(), seats: v.number() }).searchIndex("by_title", { searchField: "title" }),
  enrolments: defineTable({ course: v.id("courses"), user: v.string() }).index("by_user", ["user"]),
});`,
  "courses.ts": `
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalMutation, mutation, query } from "./_generated/server";

export const enrol = mutation({
  args: { course: v.id("courses") },
  handler: async (ctx, { course }) => {
    const user = await ctx.auth.getUserIdentity();
    if (user === null) throw new ConvexError({ code: "SIGN_IN" });
    const found = await ctx.db.get(course);
    if (found!.seats === 0) throw new Error("No seats left");
    await ctx.db.patch(course, { seats: found!.seats - 1 });
    const enrolment = await ctx.db.insert("enrolments", { course, user: user.subject });
    await ctx.scheduler.runAfter(24 * 3_600_000, internal.courses.remind, { enrolment });
    return enrolment;
  },
});
export const remind = internalMutation({ args: { enrolment: v.id("enrolments") }, handler: async (ctx, { enrolment }) => {
  const found = await ctx.db.get(enrolment);
  if (found !== null) await ctx.db.patch(enrolment, { user: found.user + "!" });
} });
export const mine = query(async (ctx) => {
  const user = await ctx.auth.getUserIdentity();
  return await ctx.db.query("enrolments").withIndex("by_user", (q) => q.eq("user", user!.subject)).collect();
});
export const whoAmI = query(async (ctx) => await ctx.auth.getUserIdentity());
export const search = query({ args: { text: v.string() }, handler: async (ctx, { text }) => (await ctx.db.query("courses").withSearchIndex("by_title", (q) => q.search("title", text)).collect()).map((course) => course.title) });
export const echo = query({ args: { value: v.any() }, handler: (_ctx, { value }) => value });
export const motto = query(() => process.env.MOTTO ?? null);
export const viaAction = action({ args: { course: v.id("courses") }, handler: async (ctx, { course }): Promise<unknown> => await ctx.runMutation(internal.courses.addSeats, { course, seats: 5 }) });
export const addSeats = internalMutation({ args: { course: v.id("courses"), seats: v.number() }, handler: async (ctx, { course, seats }) => {
  await ctx.db.patch(course, { seats });
  return seats;
} });`,
  "helpers/text.ts": `export const upper = (text: string) => text.toUpperCase();`,
  "courses.test.ts": `throw new Error("tests are no part of the app");`,
};

const folders: string[] = [];

async function appFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-testing-app-"));
  folders.push(folder);
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "convex", path)), { recursive: true });
    await writeFile(join(folder, "convex", path), text);
  }
  return join(folder, "convex");
}

let app: Testing.TestApp;

beforeAll(async () => {
  app = await TestApp.load(await appFolder(FILES), { environment: { MOTTO: "festina lente" } });
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const course = { title: "Botany for beginners", seats: 1 };

describe("a deployment in memory", () => {
  test("TS-3 TS-5 TS-6 calls functions of the app as somebody", async () => {
    await using deployment = await app.start();
    const id = await deployment.insert("courses", course);
    const ada = deployment.withIdentity({ subject: "ada", name: "Ada" });
    await ada.mutation(api.courses!.enrol!, { course: id });
    expect(await ada.query(api.courses!.mine!, {})).toMatchObject([{ course: id, user: "ada" }]);
    expect(await deployment.withIdentity({ subject: "bob" }).query("courses:mine")).toEqual([]);
    expect(await deployment.documents("courses")).toMatchObject([{ _id: id, seats: 0 }]);
    expect(await ada.query("courses:whoAmI")).toEqual({ subject: "ada", name: "Ada", issuer: "https://rivulet.test", tokenIdentifier: "https://rivulet.test|ada" });
    expect(await deployment.query("courses:whoAmI")).toBeNull();
    expect(await deployment.query("courses:motto")).toBe("festina lente");
    const value = { big: 2n ** 62n, bytes: new Uint8Array([1, 2]).buffer, minusZero: -0, list: [null, "é"] };
    expect(await deployment.query("courses:echo", { value })).toEqual(value);
  });

  test("TS-4 errors: validators, the app's own, ConvexErrors, functions that are not there; what failed wrote nothing", async () => {
    await using deployment = await app.start();
    const id = await deployment.insert("courses", { ...course, seats: 0 });
    await expect(deployment.mutation("courses:enrol", { course: "no-id" })).rejects.toThrow(/ArgumentValidationError/);
    await expect(deployment.withIdentity({}).mutation("courses:enrol", { course: id })).rejects.toThrow(/Uncaught Error: No seats left\n {4}at .*courses\.ts:\d+/);
    const refused = deployment.mutation("courses:enrol", { course: id });
    await expect(refused).rejects.toBeInstanceOf(ConvexError);
    await expect(refused).rejects.toMatchObject({ data: { code: "SIGN_IN" } });
    await expect(deployment.query("courses:nothing")).rejects.toThrow(/Could not find public function|courses:nothing/);
    await expect(deployment.query(7 as never)).rejects.toThrow("A function is named by its reference");
    await expect(deployment.insert("courses", { title: 7 })).rejects.toThrow(/does not match the schema|Validator/);
    expect(await deployment.documents("enrolments")).toEqual([]);
  });

  test("TS-2 shares nothing with others", async () => {
    await using first = await app.start();
    await using second = await app.start();
    await first.insert("courses", course);
    expect([(await first.documents("courses")).length, (await second.documents("courses")).length]).toEqual([1, 0]);
  });

  test("TS-7 moves its clock", async () => {
    await using deployment = await app.start();
    const ada = deployment.withIdentity({ subject: "ada" });
    await ada.mutation(api.courses!.enrol!, { course: await deployment.insert("courses", course) });
    const before = deployment.nowMs;
    await deployment.advance(23 * 3_600_000);
    expect(await deployment.documents("enrolments")).toMatchObject([{ user: "ada" }]);
    expect(await deployment.documents("_scheduled_functions")).toMatchObject([{ name: "courses.js:remind", state: { kind: "pending" } }]);
    await deployment.advance(3_600_000);
    expect(await deployment.documents("enrolments")).toMatchObject([{ user: "ada!" }]);
    expect(deployment.nowMs - before).toBeGreaterThanOrEqual(24 * 3_600_000);
  });

  test("TS-9 has search and actions", async () => {
    await using deployment = await app.start();
    const id = await deployment.insert("courses", course);
    expect(await deployment.query("courses:search", { text: "beginn" })).toEqual([course.title]);
    expect(await deployment.action("courses:viaAction", { course: id })).toBe(5);
    expect(await deployment.documents("courses")).toMatchObject([{ seats: 5 }]);
  });
});

describe("an app that can't be loaded says why", () => {
  const refused = async (files: Readonly<Record<string, string>>, message: RegExp): Promise<void> => {
    const loading = TestApp.load(await appFolder(files));
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(TestAppError);
  };

  test("TS-1 a syntax error, a missing module, one that throws, a wrong cron", async () => {
    await refused({ "a.ts": "export const x = ;" }, /can't be bundled:\na\.ts:1:17: Unexpected ";"/);
    await refused({ "a.ts": 'import "./nowhere";' }, /Could not resolve ".\/nowhere"/);
    await refused({ "a.ts": 'throw new Error("at import");' }, /at import/);
    await refused({ "crons.ts": 'import { cronJobs } from "convex/server"; import { internal } from "./_generated/api"; const crons = cronJobs(); crons.interval("x", { hours: 1 }, internal.none.here); export default crons;' }, /none:here|none\.js/);
    await expect(TestApp.load("/nowhere/convex")).rejects.toThrow(/can't be read \(ENOENT\)/);
  });

  test("TS-10 components", () => refused({ "convex.config.ts": "export default {}" }, /mounts components.*Test against a server/));
});
