/** Queries that the server itself answers for admins: the CLI and dashboards ask them over the same socket as an app's own. */
import { z } from "zod";
import { DatabaseError } from "../../database/errors.js";
import type { Transaction } from "../../database/transaction.js";
import type { Value } from "../../values/value.js";

/**
 * Runs inside of a read transaction, so it is reactive like any query: it runs again when what it read changes. Refuses
 * with {@link DatabaseError}.
 */
export type SystemQuery = (transaction: Transaction, args: Value) => Value;

/** A query whose arguments are checked first. */
export function systemQuery<T extends z.ZodType>(argsSchema: T, run: (transaction: Transaction, args: z.infer<T>) => Value): SystemQuery {
  return (transaction, args) => {
    const parsed = argsSchema.safeParse(args);
    if (!parsed.success) throw new DatabaseError("invalidValue", `The arguments of this system query are not as expected: ${z.prettifyError(parsed.error)}. Is the "convex" package very old or very new?`);
    return run(transaction, parsed.data);
  };
}

export const noArguments = z.looseObject({});
