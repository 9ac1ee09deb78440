/** Calls of an app's functions by name: tests are no app, so they have no generated `api`. Each call is a connection of its own, so a killed server is no matter. */
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { mutationNamed, queryNamed, type TestServer } from "../harness.js";

export type CallArguments = Record<string, Value>;

export class AppCalls {
  constructor(readonly server: TestServer) {}

  async query<Result>(name: string, args: CallArguments = {}): Promise<Result> {
    return (await this.server.http().query(queryNamed(name), args)) as Result;
  }

  async mutation<Result = null>(name: string, args: CallArguments = {}): Promise<Result> {
    return (await this.server.http().mutation(mutationNamed(name), args, { skipQueue: true })) as Result;
  }

  async action<Result = null>(name: string, args: CallArguments = {}): Promise<Result> {
    return (await this.server.http().action(makeFunctionReference<"action">(name), args)) as Result;
  }
}

/** The message of what a call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => error as Error,
  );
  if (answer instanceof Error) return answer.message;
  throw new Error(`The call succeeded: ${JSON.stringify(answer)}`);
}
