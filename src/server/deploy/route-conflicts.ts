/**
 * Routes that nobody would ever reach. A request goes to the router with the longest prefix that fits it, so what an app (or
 * a component) routes itself below the prefix of a component that it mounts is hidden by that.
 */
import type { MountedRouter } from "../../functions/deployment.js";
import type { ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import { refuse } from "./definitions.js";

/** `routers` have the longest prefix first; analyses by module. Throws DeployError for the first route that is hidden. */
export function checkRoutes(routers: readonly MountedRouter[], analyses: ReadonlyMap<string, ModuleAnalysis | null>): void {
  // A component without http.ts hides nothing.
  const answering = routers.filter(({ module }) => (analyses.get(module)?.routes ?? null) !== null);
  for (const [i, { prefix, module }] of answering.entries()) {
    const longer = answering.slice(0, i);
    for (const { path, method } of analyses.get(module)!.routes!) {
      const full = prefix.slice(0, -1) + path;
      const hiding = longer.find((other) => full.startsWith(other.prefix));
      if (hiding !== undefined) throw refuse(`The route ${method} ${full} is never reached: everything below ${hiding.prefix} goes to the component that is mounted there. Change the route, or the component's \`httpPrefix\`.`);
    }
  }
}
