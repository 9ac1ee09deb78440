/** Calls of `tests/apps/scheduler`. */
import type { Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { mutationNamed, queryNamed, until, type TestServer } from "../harness.js";

export interface JobDocument {
  readonly _id: string;
  readonly _creationTime: number;
  readonly name: string;
  readonly args: readonly Record<string, Value>[];
  readonly scheduledTime: number;
  readonly completedTime?: number;
  readonly state: { readonly kind: string; readonly error?: string };
}

export interface RunDocument {
  readonly name: string;
  readonly at: number;
  readonly note?: Value;
}

export class Jobs {
  constructor(private readonly server: TestServer) {}

  async mutation<Result = string>(name: string, args: Record<string, Value> = {}): Promise<Result> {
    return (await this.server.http().mutation(mutationNamed(`jobs:${name}`), args, { skipQueue: true })) as Result;
  }

  async action<Result>(name: string, args: Record<string, Value> = {}): Promise<Result> {
    return (await this.server.http().action(makeFunctionReference<"action">(`jobs:${name}`), args)) as Result;
  }

  async runs(name: string): Promise<RunDocument[]> {
    return (await this.server.http().query(queryNamed("jobs:runsOf"), { name })) as RunDocument[];
  }

  async count(): Promise<number> {
    return (await this.server.http().query(queryNamed("jobs:count"), {})) as number;
  }

  async job(id: string): Promise<JobDocument | null> {
    return (await this.server.http().query(queryNamed("jobs:job"), { id })) as JobDocument | null;
  }

  async all(): Promise<JobDocument[]> {
    return (await this.server.http().query(queryNamed("jobs:jobs"), {})) as JobDocument[];
  }

  ended(id: string): Promise<JobDocument> {
    return until(async () => {
      const job = await this.job(id);
      return job?.completedTime === undefined ? null : job;
    }, `job ${id} to end`);
  }

  ran(name: string, times = 1): Promise<RunDocument[]> {
    return until(async () => {
      const runs = await this.runs(name);
      return runs.length >= times ? runs : null;
    }, `${name} to run ${times} times`);
  }
}
