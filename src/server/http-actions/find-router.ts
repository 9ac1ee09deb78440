/**
 * Which module of a deployment answers an HTTP request: the app's `http.ts`, or that of the component whose prefix the path
 * begins with. The one place that knows where routers are.
 *
 * The router itself chooses the handler, in the executor: an app may bring one that matches paths in its own way. What is
 * told here of the route, from the analysis of the push, is for logs.
 */
import type { DeploymentCode } from "../../functions/deployment.js";
import type { AnalyzedRoute } from "../../functions/sandbox/analyze.js";

export interface FoundRouter {
  /** "http.js" */
  readonly module: string;
  /** What the router looks up: the path below its prefix. */
  readonly routedPath: string;
  /** "GET /profile/*"; the request's own path where no route is known to take it. */
  readonly route: string;
}

export type Routers = Pick<DeploymentCode, "routers" | "deployed">;

/** Null where there is no router for the path. */
export function findRouter({ routers, deployed }: Routers, method: string, pathname: string): FoundRouter | null {
  for (const { prefix, module } of routers) {
    const routes = deployed.get(module)?.analysis?.routes ?? null;
    if (routes === null || !pathname.startsWith(prefix)) continue;
    const routedPath = pathname.slice(prefix.length - 1);
    return { module, routedPath, route: routeOf(routes, prefix, method, routedPath) };
  }
  return null;
}

/** Whether a route of the app is known to take the request. */
export function isRouted({ routers, deployed }: Routers, method: string, pathname: string): boolean {
  return routers.some(({ prefix, module }) => {
    const routes = deployed.get(module)?.analysis?.routes ?? [];
    return pathname.startsWith(prefix) && bestOf(routes, method, pathname.slice(prefix.length - 1)) !== undefined;
  });
}

function routeOf(routes: readonly AnalyzedRoute[], prefix: string, method: string, path: string): string {
  const routedMethod = method === "HEAD" ? "GET" : method;
  const best = bestOf(routes, routedMethod, path);
  return `${best === undefined ? method : routedMethod} ${prefix.slice(0, -1)}${best?.path ?? path}`;
}

/** An exact path before prefixes, a long prefix before a short one. */
function bestOf(routes: readonly AnalyzedRoute[], method: string, path: string): AnalyzedRoute | undefined {
  const fitting = routes.filter((route) => route.method === method && fits(route, path));
  return fitting.sort((a, b) => Number(isPrefix(a)) - Number(isPrefix(b)) || b.path.length - a.path.length)[0];
}

function fits(route: AnalyzedRoute, pathname: string): boolean {
  return isPrefix(route) ? pathname.startsWith(route.path.slice(0, -1)) : pathname === route.path;
}

function isPrefix({ path }: AnalyzedRoute): boolean {
  return path.endsWith("/*");
}
