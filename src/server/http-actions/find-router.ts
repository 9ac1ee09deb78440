/**
 * Which module of an app answers an HTTP request. The one place that knows where routers are: today `convex/http.ts`.
 *
 * The router itself chooses the handler, in the executor: an app may bring one that matches paths in its own way. What is
 * told here of the route, from the analysis of the push, is for logs.
 */
import type { DeployedModule } from "../../functions/deployed-functions.js";
import type { AnalyzedRoute } from "../../functions/sandbox/analyze.js";

export interface FoundRouter {
  /** "http.js" */
  readonly module: string;
  /** "GET /profile/*"; the request's own path where no route is known to take it. */
  readonly route: string;
}

const APP_ROUTER = "http.js";

/** Null where the app has no router. */
export function findRouter(modules: ReadonlyMap<string, DeployedModule>, method: string, pathname: string): FoundRouter | null {
  const routes = modules.get(APP_ROUTER)?.analysis?.routes ?? null;
  if (routes === null) return null;
  const routedMethod = method === "HEAD" ? "GET" : method;
  const fitting = routes.filter((route) => route.method === routedMethod && fits(route, pathname));
  // An exact path before prefixes, a long prefix before a short one.
  const [best] = fitting.sort((a, b) => Number(isPrefix(a)) - Number(isPrefix(b)) || b.path.length - a.path.length);
  return { module: APP_ROUTER, route: `${best === undefined ? method : routedMethod} ${best?.path ?? pathname}` };
}

function fits(route: AnalyzedRoute, pathname: string): boolean {
  return isPrefix(route) ? pathname.startsWith(route.path.slice(0, -1)) : pathname === route.path;
}

function isPrefix({ path }: AnalyzedRoute): boolean {
  return path.endsWith("/*");
}
