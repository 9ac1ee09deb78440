/** Calls of `tests/components/apps/local`: an app that mounts the component "shelf" twice, which mounts "tally" twice. */
import type { Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { ADMIN_KEY, mutationNamed, queryNamed, type TestServer } from "../harness.js";

type Arguments = Record<string, Value>;
export type Mount = "first" | "second";

export interface Totals {
  readonly app: number;
  readonly first: ShelfTotals;
  readonly second: ShelfTotals;
}

export interface ShelfTotals {
  readonly books: number;
  readonly pages: number;
  readonly spare: number;
}

export const SHELF_LABEL = "from the environment";

export async function deployLocal(server: TestServer, folder = "local"): Promise<void> {
  await setVariables(server, { SHELF_LABEL, UNDECLARED: "not for components" });
  await server.deploy(folder);
}

export async function setVariables(server: TestServer, variables: Readonly<Record<string, string>>): Promise<void> {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const response = await fetch(`${server.url}/api/update_environment_variables`, {
    method: "POST",
    headers: { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ changes }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Functions of the app, and by them those of its components. */
export class LocalApp {
  constructor(readonly server: TestServer) {}

  async query<Result = Value>(name: string, args: Arguments = {}): Promise<Result> {
    return (await this.server.http().query(queryNamed(name), args)) as Result;
  }

  async mutation<Result = Value>(name: string, args: Arguments = {}): Promise<Result> {
    return (await this.server.http().mutation(mutationNamed(name), args, { skipQueue: true })) as Result;
  }

  async action<Result = Value>(name: string, args: Arguments = {}): Promise<Result> {
    return (await this.server.http().action(makeFunctionReference<"action">(name), args)) as Result;
  }

  /** A query of a shelf: `of` is "books:list". */
  read<Result = Value>(mount: Mount, of: string, args: Arguments = {}): Promise<Result> {
    return this.query<Result>("calls:read", { mount, of, args });
  }

  write<Result = Value>(mount: Mount, of: string, args: Arguments = {}): Promise<Result> {
    return this.mutation<Result>("calls:write", { mount, of, args });
  }

  act<Result = Value>(mount: Mount, of: string, args: Arguments = {}): Promise<Result> {
    return this.action<Result>("calls:act", { mount, of, args });
  }

  handleOf(mount: Mount, of: string): Promise<string> {
    return this.query<string>("calls:handleOf", { mount, of });
  }

  totals(): Promise<Totals> {
    return this.query<Totals>("calls:totals");
  }

  /** How often the app was called back under this name. */
  count(name: string): Promise<number> {
    return this.query<number>("events:count", { name });
  }
}
