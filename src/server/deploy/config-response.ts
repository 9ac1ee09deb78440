/** The answers to get_config_hashes and get_config: what runs now, for the CLI to find out what changed. */
import type { Transaction } from "../../database/transaction.js";
import { readDeployment, readModuleSummaries, readModules } from "./code-store.js";

const FUNCTIONS_DEFAULT = "convex/";

export function configHashes(transaction: Transaction): object {
  const moduleHashes = readModuleSummaries(transaction).map(({ path, environment, sha256 }) => ({ path, environment, hash: sha256 }));
  return { ...config(transaction), moduleHashes };
}

/** For CLIs that compare sources. */
export function pulledConfig(transaction: Transaction): object {
  const modules = readModules(transaction).map(({ path, environment, source, sourceMap }) => ({ path, environment, source, ...(sourceMap === null ? {} : { sourceMap }) }));
  return { ...config(transaction), modules };
}

function config(transaction: Transaction): object {
  const deployment = readDeployment(transaction);
  const nodeVersion = deployment?.nodeVersion ?? null;
  return {
    config: { functions: deployment?.functions ?? FUNCTIONS_DEFAULT },
    nodeDependencies: deployment?.nodeDependencies ?? [],
    udfServerVersion: deployment?.udfServerVersion ?? null,
    ...(nodeVersion === null ? {} : { nodeVersion }),
  };
}
