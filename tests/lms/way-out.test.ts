/** E-98, and the gradebook of E-96: everything out of a deployment with the public CLI, into an empty one, and into SQL. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConvexHttpClient } from "convex/browser";
import { openPromise } from "yauzl";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyApp, mutationNamed, queryNamed, run, startServer, temporaryFolder, type TestServer } from "../harness.js";
import { LMS, SchoolDeployment } from "./school.js";

const PAGE = { cursor: null, numItems: 100 };
const FEEDBACK = `She'd say: "well seen", it's fine; 100%`;

let school: SchoolDeployment;
let other: TestServer;
let folder: string;

beforeAll(async () => {
  [school, other, folder] = await Promise.all([SchoolDeployment.start(), startServer(), temporaryFolder()]);
  await school.deploy();
  await Promise.all([school.seed(), school.deploy(other)]);
});

afterAll(async () => {
  await school?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>> & { readonly _id: string; readonly title: string };

/** A learner who has done a bit of everything, and a teacher who has graded it. */
async function liveALittle(): Promise<void> {
  const [rowan, juniper] = await Promise.all([school.http("rowan", "teacher"), school.http("juniper", "learner")]);
  const courses = (await rowan.query(queryNamed("courses:mine"), {})) as Row[];
  const courseId = courses.find(({ title }) => title === "Botany for walkers")!._id;
  await juniper.mutation(mutationNamed("enrolments:enrol"), { courseId });
  const lessons = (await juniper.query(queryNamed("lessons:outline"), { courseId, paginationOpts: PAGE })) as { page: Row[] };
  await juniper.mutation(mutationNamed("progress:save"), { lessonId: lessons.page[0]!._id, isFinished: true });
  await juniper.mutation(mutationNamed("comments:add"), { lessonId: lessons.page[0]!._id, body: "Quoted: 'a', \"b\"\nand a line" });
  const [assignment] = (await juniper.query(queryNamed("assignments:list"), { courseId })) as Row[];
  const url = (await juniper.mutation(mutationNamed("submissions:generateUploadUrl"), { assignmentId: assignment!._id })) as string;
  const upload = await fetch(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body: "drawn with a pencil" });
  const { storageId } = (await upload.json()) as { storageId: string };
  const submissionId = await juniper.mutation(mutationNamed("submissions:submit"), { assignmentId: assignment!._id, text: "A square stem.", file: { storageId, name: "drawing.txt" } });
  await rowan.mutation(mutationNamed("submissions:grade"), { submissionId, points: 18, feedback: FEEDBACK });
}

/** Everything that somebody can be shown, with files in place of their addresses. */
async function everythingFor(client: ConvexHttpClient): Promise<unknown> {
  const query = async (name: string, args: Record<string, unknown>): Promise<unknown> => await client.query(queryNamed(name), args).catch((error: Error) => ({ refused: error.message.replace(/\[Request ID: \w+\]/, "") }));
  const catalogue = (await query("courses:catalogue", { paginationOpts: PAGE })) as { page: Row[] };
  const shown: unknown[] = [catalogue.page, await query("users:me", {}), await query("courses:mine", {})];
  for (const { _id: courseId } of catalogue.page) {
    const lessons = (await query("lessons:outline", { courseId, paginationOpts: PAGE })) as { page: Row[] };
    const assignments = await query("assignments:list", { courseId });
    shown.push(await query("courses:get", { courseId }), lessons.page, assignments, pageOf(await query("courses:learners", { courseId, paginationOpts: PAGE })), await query("search:lessons", { text: "leaf water star", courseId }));
    for (const { _id: lessonId } of lessons.page) shown.push(await query("lessons:get", { lessonId }), pageOf(await query("comments:list", { lessonId, paginationOpts: PAGE })));
    for (const { _id: assignmentId } of Array.isArray(assignments) ? (assignments as Row[]) : []) {
      shown.push(await query("assignments:get", { assignmentId }), await query("submissions:mine", { assignmentId }), pageOf(await query("submissions:list", { assignmentId, paginationOpts: PAGE })));
    }
  }
  shown.push(await query("search:lessons", { text: "mycorr" }));
  return await withFiles(shown);
}

/** Cursors are each deployment's own. */
const pageOf = (result: unknown): unknown => (typeof result === "object" && result !== null && "page" in result ? result.page : result);

async function withFiles(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map(withFiles));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(async ([name, part]) => [name, name === "url" && typeof part === "string" ? await (await fetch(part)).text() : await withFiles(part)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function unpack(archive: string, into: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    const path = join(into, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await zip.openReadStreamPromise(entry));
  }
}

async function convex(server: TestServer, app: string, args: readonly string[]): Promise<void> {
  const { code, output } = await server.convex(app, args);
  expect(output, output).not.toContain("✖");
  expect(code, output).toBe(0);
}

it("E-98 an export goes into an empty deployment, where all answers are the same, and into SQL", async () => {
  await liveALittle();
  const archive = join(folder, "lectern.zip");
  const app = await copyApp(LMS);
  await convex(school.server, app, ["export", "--include-file-storage", "--path", archive]);
  await convex(other, app, ["import", "--replace-all", "--yes", archive]);
  await rm(app, { recursive: true, force: true });

  const people = [["rowan", "teacher"], ["hazel", "teacher"], ["juniper", "learner"], ["willow", "learner"]] as const;
  for (const [id, role] of people) {
    const [before, after] = [await everythingFor(await school.http(id, role)), await everythingFor(await school.http(id, role, other))];
    expect(JSON.stringify(before)).toContain("Botany for walkers");
    expect(after).toEqual(before);
  }
  expect(await everythingFor(other.http())).toEqual(await everythingFor(school.server.http()));
  // And life goes on there: search finds what is written, in the same tables.
  const rowan = await school.http("rowan", "teacher", other);
  const [course] = (await rowan.query(queryNamed("courses:mine"), {})) as Row[];
  await rowan.mutation(mutationNamed("lessons:create"), { courseId: course!._id, title: "After the move", body: "Boxes, unpacked.", isPublished: true });
  expect(await rowan.query(queryNamed("search:lessons"), { text: "unpack" })).toMatchObject([{ title: "After the move" }]);

  const unpacked = join(folder, "unpacked");
  await unpack(archive, unpacked);
  expect((await readdir(join(unpacked, "_storage"))).filter((name) => name.endsWith(".txt"))).toHaveLength(1);
  const { code, output } = await run(process.execPath, [join(LMS, "scripts", "to-sql.mjs"), unpacked], LMS);
  expect(code).toBe(0);
  expect(output).toContain(`INSERT INTO "grades"`);
  expect(output).toContain(`'She''d say: "well seen", it''s fine; 100%'`);
  expect(output).toMatch(/CREATE TABLE "courses" \(.*"_id" TEXT PRIMARY KEY.*"isPublished" BOOLEAN/);
  expect(output.match(/^INSERT INTO "lessons"/gm)).toHaveLength(12);
});

it("E-96 the gradebook is CSV for the teacher's token, and for nobody else's", async () => {
  const gradebook = async (course: string, token?: string): Promise<Response> => await fetch(`${school.server.url}/http/gradebook?course=${course}`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
  const rowan = await school.http("rowan", "teacher");
  const courseId = ((await rowan.query(queryNamed("courses:mine"), {})) as Row[]).find(({ title }) => title === "Botany for walkers")!._id;
  const answer = await gradebook(courseId, await school.token("rowan", "teacher"));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
  const [head, row] = (await answer.text()).split("\r\n");
  expect(head).toBe("learner,assignment,points,of,late,submitted,graded,feedback");
  expect(row).toMatch(/^Juniper,A page from your notebook,18,20,,\d{4}-.*Z,"She'd say: ""well seen"", it's fine; 100%"$/);
  expect((await gradebook(courseId)).status).toBe(401);
  expect((await gradebook(courseId, await school.token("juniper", "learner"))).status).toBe(403);
  expect((await gradebook(courseId, await school.token("hazel", "teacher"))).status).toBe(403);
  expect(await (await gradebook("nonsense", await school.token("rowan", "teacher"))).json()).toMatchObject({ code: "INVALID" });
});
