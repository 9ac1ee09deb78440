/** What a push has for Node: its modules, as files, with the packages that they need. */
import type { NodeCodeStore, NodeSources } from "../actions/node/node-code-store.js";
import { PackageInstallError, type NodePackage } from "../actions/node/node-packages.js";
import type { StoredModule } from "./code-store.js";
import { DeployError } from "./deploy-error.js";

/** All of them run on the server's own Node. */
const NODE_VERSIONS: readonly string[] = ["18", "20", "22", "24"];

export function nodeSources(modules: readonly StoredModule[], packages: readonly NodePackage[]): NodeSources {
  const ofNode = modules.filter(({ environment }) => environment === "node");
  // Names in bundles of the default runtime are bundled: without a module of Node nobody needs the packages.
  return { modules: ofNode, packages: ofNode.length === 0 ? [] : packages.map(({ name, version }) => ({ name, version })) };
}

export function checkNodeVersion(version: string | null | undefined): void {
  if (version === null || version === undefined || NODE_VERSIONS.includes(version)) return;
  throw new DeployError("InvalidNodeVersion", `Node.js version "${version.slice(0, 32)}" is not known. Set "nodeVersion" in convex.json to one of ${NODE_VERSIONS.join(", ")}, or remove it.`);
}

/** The folder; null where there are no modules of Node. Throws {@link DeployError}. */
export async function prepareNodeCode(store: NodeCodeStore, sources: NodeSources): Promise<string | null> {
  try {
    return await store.prepare(sources);
  } catch (error) {
    if (error instanceof PackageInstallError) throw new DeployError("ExternalPackagesNotInstalled", error.message);
    throw error;
  }
}
