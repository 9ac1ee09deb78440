/**
 * Tests of an app's functions on the real engine, within the test's own process and with a database in memory. How to use it, and
 * what it does not have: docs/spec/testing.md.
 */
export { TestApp, type TestAppOptions } from "./test-app.js";
export type { TestCall, TestCaller, TestDeployment } from "./test-deployment.js";
export { TestAppError } from "./test-app-error.js";
