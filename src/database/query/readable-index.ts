/** Which indexes queries may read: those whose push has finished, and that are not staged. */
import { DatabaseError } from "../errors.js";
import type { IndexRecord } from "../table.js";

/** Throws `invalidQuery` for the others. `name` is `<table>.<index>`, for the message. */
export function requireReadable(name: string, { enabled, state, staged }: IndexRecord): void {
  if (enabled && state === "ready") return;
  if (!enabled && staged) throw new DatabaseError("invalidQuery", `Index ${name} is staged: it is kept up to date, but queries may not use it. Remove \`staged: true\` from its declaration and push.`);
  throw new DatabaseError("invalidQuery", `Index ${name} is currently backfilling and not available to query yet. Wait until the push that declares it has finished.`);
}
