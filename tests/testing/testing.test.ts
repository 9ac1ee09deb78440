/** `rivulet/testing` as an app's own tests use it. TS-1 to TS-12. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Testing from "../../src/testing/index.js";
import { COMPONENT_PACKAGES, ROOT } from "../harness.js";

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
  "http.ts": `
import { httpRouter } from "convex/server";
import { api, internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
const http = httpRouter();
http.route({ path: "/courses", method: "POST", handler: httpAction(async (ctx, request) => {
  const user = await ctx.auth.getUserIdentity();
  const course = await request.json();
  await ctx.runMutation(internal.files.addCourse, course);
  return Response.json({ by: user?.subject ?? null, via: request.headers.get("x-via"), url: request.url }, { status: 201, headers: { "X-Made": course.title } });
}) });
http.route({ pathPrefix: "/echo/", method: "PUT", handler: httpAction(async (_ctx, request) => new Response(request.body, { headers: { "Content-Type": "text/plain" } })) });
http.route({ path: "/broken", method: "GET", handler: httpAction(async () => { throw new Error("Broken on purpose"); }) });
export default http;`,
  "files.ts": `
import { v } from "convex/values";
import { action, internalMutation, mutation, query } from "./_generated/server";
export const addCourse = internalMutation({ args: { title: v.string(), seats: v.number() }, handler: async (ctx, course) => await ctx.db.insert("courses", course) });
export const uploadUrl = mutation({ args: {}, handler: async (ctx) => await ctx.storage.generateUploadUrl() });
export const url = query({ args: { file: v.id("_storage") }, handler: async (ctx, { file }) => await ctx.storage.getUrl(file) });
export const remove = mutation({ args: { file: v.id("_storage") }, handler: async (ctx, { file }) => await ctx.storage.delete(file) });
export const print = action({ args: { text: v.string() }, handler: async (ctx, { text }) => await ctx.storage.store(new Blob([text], { type: "text/plain" })) });
export const read = action({ args: { file: v.id("_storage") }, handler: async (ctx, { file }) => await (await ctx.storage.get(file))?.text() ?? null });`,
  "helpers/text.ts": `export const upper = (text: string) => text.toUpperCase();`,
  "courses.test.ts": `throw new Error("tests are no part of the app");`,
};

const COMPONENT_FILES = {
  "convex.config.ts": `
import rateLimiter from "@convex-dev/rate-limiter/convex.config";
import { defineApp } from "convex/server";
import post from "./post/convex.config";
const app = defineApp();
app.use(rateLimiter);
app.use(post);
export default app;`,
  "mail.ts": `
import { HOUR, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation } from "./_generated/server";
const limiter = new RateLimiter(components.rateLimiter, { mail: { kind: "fixed window", rate: 2, period: HOUR } });
export const send = mutation({ args: { to: v.string() }, handler: async (ctx, { to }) => {
  const { ok } = await limiter.limit(ctx, "mail", { key: to });
  if (ok) await ctx.runMutation(components.post.letters.write, { to });
  return ok;
} });`,
  "post/convex.config.ts": `import { defineComponent } from "convex/server"; export default defineComponent("post");`,
  "post/schema.ts": `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ letters: defineTable({ to: v.string(), isSent: v.boolean() }) });`,
  "post/letters.ts": `
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation } from "./_generated/server";
export const write = mutation({ args: { to: v.string() }, handler: async (ctx, { to }) => {
  const id = await ctx.db.insert("letters", { to, isSent: false });
  await ctx.scheduler.runAfter(3_600_000, internal.letters.deliver, { id });
} });
export const deliver = internalMutation({ args: { id: v.id("letters") }, handler: async (ctx, { id }) => await ctx.db.patch(id, { isSent: true }) });`,
};

const folders: string[] = [];

async function appFolder(files: Readonly<Record<string, string>>, packages = join(ROOT, "node_modules")): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-testing-app-"));
  folders.push(folder);
  await symlink(packages, join(folder, "node_modules"));
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

describe("what comes and goes over HTTP", () => {
  test("TS-10 HTTP actions, as nobody and as somebody", async () => {
    await using deployment = await app.start();
    const body = JSON.stringify({ title: "Sent in", seats: 2 });
    const answer = await deployment.fetch("/courses?x=1", { method: "POST", body, headers: { "X-Via": "test" } });
    expect([answer.status, answer.headers.get("x-made")]).toEqual([201, "Sent in"]);
    expect(await answer.json()).toEqual({ by: null, via: "test", url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/courses\?x=1$/) as string });
    expect(await deployment.documents("courses")).toMatchObject([{ title: "Sent in" }]);
    expect(await (await deployment.withIdentity({ subject: "ada" }).fetch("/courses", { method: "POST", body })).json()).toMatchObject({ by: "ada" });
    // Too large for one message: it is streamed both ways.
    const large = "rivulet ".repeat(50_000);
    expect(await (await deployment.fetch("/echo/it", { method: "PUT", body: large })).text()).toBe(large);
    expect((await deployment.fetch("/nowhere")).status).toBe(404);
    const broken = await deployment.fetch("/broken");
    expect([broken.status, await broken.text()]).toEqual([500, expect.stringContaining("Broken on purpose")]);
    // A token that no provider of the app gave: see AU-95.
    expect((await deployment.withIdentity({ subject: "ada" }).fetch("/courses", { method: "POST", body, headers: { Authorization: "Bearer key-of-the-app" } })).status).toBe(500);
    await expect(deployment.fetch("courses")).rejects.toThrow('by its path, such as "/webhooks/mail", not "courses"');
  });

  test("TS-11 files: of the test, of upload URLs and of actions, until they are deleted", async () => {
    await using deployment = await app.start();
    await using other = await app.start();
    const mine = await deployment.storeFile(new Blob(["by the test"], { type: "text/markdown" }));
    const url = (await deployment.mutation("files:uploadUrl")) as string;
    const { storageId } = (await (await fetch(url, { method: "POST", body: "by upload" })).json()) as { storageId: string };
    const printed = (await deployment.action("files:print", { text: "by an action" })) as string;
    expect(await Promise.all([mine, storageId, printed].map((file) => deployment.action("files:read", { file })))).toEqual(["by the test", "by upload", "by an action"]);
    expect(await deployment.documents("_storage")).toMatchObject([{ contentType: "text/markdown", size: 11 }, { size: 9 }, { contentType: "text/plain" }]);
    expect(await (await deployment.readFile(mine))!.text()).toBe("by the test");
    expect(await (await fetch((await deployment.query("files:url", { file: printed })) as string)).text()).toBe("by an action");
    await deployment.mutation("files:remove", { file: mine });
    expect([await deployment.readFile(mine), await deployment.action("files:read", { file: mine })]).toEqual([null, null]);
    expect(await other.documents("_storage")).toEqual([]);
  });
});

describe("components", () => {
  test("TS-12 published ones, those of the app's own and those inside of others, with their tables and clocks", async () => {
    const folder = await appFolder(COMPONENT_FILES, COMPONENT_PACKAGES);
    const mounting = await TestApp.load(folder);
    await using deployment = await mounting.start();
    const sends = await Promise.all([1, 2, 3].map(() => deployment.mutation("mail:send", { to: "ada" })));
    expect(sends).toEqual([true, true, false]);
    expect(await deployment.documents("rateLimits", "rateLimiter")).toHaveLength(1);
    // Sent by a component's own scheduler, an hour later.
    expect(await deployment.documents("letters", "post")).toMatchObject([{ to: "ada", isSent: false }, { to: "ada", isSent: false }]);
    await deployment.advance(3_600_000);
    expect(await deployment.documents("letters", "post")).toMatchObject([{ isSent: true }, { isSent: true }]);
    expect(await deployment.mutation("mail:send", { to: "ada" })).toBe(true);
    await using second = await mounting.start();
    expect(await second.documents("letters", "post")).toEqual([]);
    await expect(deployment.documents("letters", "postt")).rejects.toThrow(/No component is mounted as "postt"\. There are: .*rateLimiter/);
    // A component's folder is none of the app's modules.
    await expect(deployment.mutation("post/letters:write", { to: "bob" })).rejects.toThrow("post/letters");
    await expect(deployment.documents("letters")).resolves.toEqual([]);
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

  test("TS-12 components that are not there, or are none", async () => {
    await refused({ "convex.config.ts": 'import gone from "gone/convex.config"; export default gone;' }, /Could not resolve "gone\/convex\.config"/);
    await refused({ "convex.config.ts": "export default {}" }, /convex\.config/);
  });
});
