/** Components by the path that an admin names: those that are mounted, and those that were, since their data is kept. */
import { DatabaseError } from "../../database/errors.js";
import type { Transaction } from "../../database/transaction.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { readDeployment, type DeploymentRecord } from "../deploy/code-store.js";

/** Throws {@link DatabaseError} where there was never such a component. */
export function requireKnownComponent(transaction: Transaction, path: string): void {
  if (path === APP_COMPONENT_PATH) return;
  const known = readDeployment(transaction)?.knownMounts ?? [];
  if (!known.includes(path)) throw unknownComponent(path, known);
}

/** Where its definition stands. Throws {@link DatabaseError} where it is not mounted. */
export function definitionPathOf(transaction: Transaction, path: string): string {
  const mounts: NonNullable<DeploymentRecord["mounts"]> = readDeployment(transaction)?.mounts ?? [];
  const mount = mounts.find((candidate) => candidate.path === path);
  if (mount === undefined) throw unknownComponent(path, mounts.map((candidate) => candidate.path));
  return mount.definitionPath;
}

const SHOWN_MAX = 20;

function unknownComponent(path: string, known: readonly string[]): DatabaseError {
  const mend = known.length === 0 ? "Mount components with `app.use(…)` in convex.config.ts, and push." : `There are: ${known.slice(0, SHOWN_MAX).join(", ")}.`;
  return new DatabaseError("notFound", `There is no component '${path.slice(0, 64)}'. ${mend}`);
}
