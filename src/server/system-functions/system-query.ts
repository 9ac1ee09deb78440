/** Queries that the server itself answers for admins: the CLI and dashboards ask them over the same socket as an app's own. */
import { DatabaseError } from "../../database/errors.js";
import type { Transaction } from "../../database/transaction.js";
import type { Value } from "../../values/value.js";
import { lazySchema, type LazySchema } from "../lazy-schema.js";

/**
 * Runs inside of a read transaction, so it is reactive like any query: it runs again when what it read changes. Refuses
 * with {@link DatabaseError}.
 */
export type SystemQuery = (transaction: Transaction, args: Value, componentPath: string) => Value;

/** A query whose arguments are checked first. */
export function systemQuery<Args>(argsSchema: LazySchema<Args>, run: (transaction: Transaction, args: Args, componentPath: string) => Value): SystemQuery {
  return (transaction, args, componentPath) => {
    const parsed = argsSchema.parse(args);
    if (!parsed.ok) throw new DatabaseError("invalidValue", `The arguments of this system query are not as expected: ${parsed.problem}. Is the "convex" package very old or very new?`);
    return run(transaction, parsed.data, componentPath);
  };
}

export const noArguments = lazySchema((z) => z.looseObject({}));
