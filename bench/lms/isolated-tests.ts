/** What a developer waits for: a deployment of the app's own for each test, in memory, a mutation and a query. */
import { join } from "node:path";
import type * as Testing from "../../src/testing/index.js";
import { ROOT } from "../../tests/harness.js";
import { LMS } from "../../tests/lms/school.js";
import { held, p99Under, Samples, type Figure } from "../figures.js";

const TESTS = 200;
const LOAD_GOAL_MS = 5_000;
const TEST_GOAL_MS = 100;
/** Whatever else the machine does. */
const PROCESSOR_GOAL_MS = 50;
const ISSUER = "https://accounts.school.test";

export async function isolatedTests(): Promise<Figure[]> {
  const { TestApp } = (await import(join(ROOT, "dist", "testing", "index.js"))) as typeof Testing;
  const startedMs = performance.now();
  const app = await TestApp.load(join(LMS, "convex"), { environment: { LMS_ISSUER: ISSUER } });
  const loadMs = performance.now() - startedMs;
  const tests = new Samples();
  const before = process.cpuUsage();
  for (let test = 0; test < TESTS; test++) {
    const sinceMs = performance.now();
    const deployment = await app.start();
    const teacher = deployment.withIdentity({ subject: "rowan", issuer: ISSUER, name: "Rowan", role: "teacher" });
    await teacher.mutation("users:enter");
    await teacher.query("courses:mine");
    await deployment[Symbol.asyncDispose]();
    tests.add(performance.now() - sinceMs);
  }
  const { user, system } = process.cpuUsage(before);
  const processorMs = (user + system) / 1_000 / TESTS;
  return [
    held("bundling and checking the app, once for a file of tests", `< ${LOAD_GOAL_MS / 1000} s`, `${Math.round(loadMs)} ms`, loadMs < LOAD_GOAL_MS),
    p99Under("an isolated test: start, a mutation, a query, end", tests, TEST_GOAL_MS),
    held("its time of a processor, on average", `< ${PROCESSOR_GOAL_MS} ms`, `${processorMs.toFixed(1)} ms`, processorMs < PROCESSOR_GOAL_MS),
  ];
}
