/** Calls functions of `tests/apps/surface` by name, over HTTP, with the text of what went wrong. */
import type { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";

type Args = Record<string, Value>;

export class Caller {
  constructor(private readonly http: ConvexHttpClient) {}

  async query<Result>(path: string, args: Args = {}): Promise<Result> {
    return (await this.http.query(makeFunctionReference<"query">(path), args)) as Result;
  }

  async mutation<Result>(path: string, args: Args = {}): Promise<Result> {
    return (await this.http.mutation(makeFunctionReference<"mutation">(path), args, { skipQueue: true })) as Result;
  }

  queryError(path: string, args: Args = {}): Promise<Error> {
    return errorOf(this.query(path, args));
  }

  mutationError(path: string, args: Args = {}): Promise<Error> {
    return errorOf(this.mutation(path, args));
  }
}

export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error as Error;
  throw new Error(`Expected a failure, got ${JSON.stringify(outcome.value, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))}`);
}

/** The text after the line with the request id. */
export function cause({ message }: Error): string {
  const match = /^\[Request ID: [0-9a-f]{16}\] Server Error\n([^]*)$/.exec(message);
  if (match === null) throw new Error(`Not the text of a failed function: ${message}`);
  return match[1]!;
}
