import { expect, test } from "vitest";
import { isRouted, type Routers } from "./find-router.js";

const routes = [
  { method: "POST", path: "/echo" },
  { method: "GET", path: "/files/*" },
];
const analysis = { path: "http.js", functions: [], routes, crons: null };
const routers: Routers = { routers: [{ prefix: "/shop/", module: "@shop/http.js" }, { prefix: "/", module: "http.js" }], deployed: new Map([["http.js", { environment: "isolate", analysis }], ["@shop/http.js", { environment: "isolate", analysis }]]) };

test.each([
  ["POST", "/echo", true],
  ["GET", "/echo", false],
  ["POST", "/echo/more", false],
  ["GET", "/files/a/b", true],
  ["POST", "/shop/echo", true],
  ["POST", "/shop/other", false],
])("H-25 an app without a route is told from one that has it: %s %s", (method, pathname, expected) => {
  expect(isRouted(routers, method, pathname)).toBe(expected);
});
