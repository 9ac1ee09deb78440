/**
 * Uses every public function of a deployed app that nobody has written a test for: subscribes to its queries, calls its
 * mutations and actions with arguments made from their validators, asks its HTTP routes. What then must hold of any app:
 * each call is answered, by a value or by an error of the app's own, and each subscription shows what a fresh query shows.
 */
import { isDeepStrictEqual } from "node:util";
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference, type FunctionType } from "convex/server";
import { ConvexError, type Value } from "convex/values";
import { ADMIN_KEY, until, type TestServer } from "../harness.js";
import { NoDocument, valueFor, type IdOf, type ValidatorJson } from "./arguments.js";

export interface FunctionSpec {
  readonly functionType: "Query" | "Mutation" | "Action" | "HttpAction";
  /** `module.js:name`. */
  readonly identifier?: string;
  readonly args?: ValidatorJson;
  readonly visibility?: { readonly kind: "public" | "internal" };
  readonly method?: string;
  readonly path?: string;
}

export interface Report {
  readonly answered: string[];
  /** By function: what the app itself threw at these arguments. */
  readonly refused: Map<string, string>;
  /** Wanted the id of a document of a table that has none. */
  readonly unused: string[];
  readonly live: string[];
}

export async function specification(server: TestServer, folder: string): Promise<FunctionSpec[]> {
  const { output } = await server.convex(folder, ["function-spec"]);
  return (JSON.parse(output.slice(output.indexOf("{"))) as { functions: FunctionSpec[] }).functions;
}

export class Exercise {
  readonly #report: Report = { answered: [], refused: new Map(), unused: [], live: [] };
  readonly #client: ConvexClient;
  readonly #lives: LiveQuery[] = [];

  constructor(
    private readonly server: TestServer,
    private readonly functions: readonly FunctionSpec[],
    /** Queries that tell the moment of their run: a live one keeps it as long as nothing that it has read changes. */
    private readonly momentary: readonly string[] = [],
  ) {
    this.#client = server.client();
  }

  async run(): Promise<Report> {
    // Twice: the second time there are documents whose ids can be given.
    for (const kind of ["Query", "Mutation", "Query", "Mutation", "Action"] as const) await this.#callAll(kind);
    for (const route of this.functions.filter(({ functionType }) => functionType === "HttpAction")) await this.#ask(route);
    for (const live of this.#lives.filter(({ name }) => !this.momentary.includes(name))) {
      await live.settles(this.server);
      this.#report.live.push(live.name);
    }
    return this.#report;
  }

  async #callAll(kind: "Query" | "Mutation" | "Action"): Promise<void> {
    for (const { functionType, identifier, args, visibility } of this.functions) {
      if (functionType !== kind || visibility?.kind !== "public") continue;
      const name = identifier!.replace(".js:", ":");
      if (this.#report.answered.includes(name)) continue;
      await this.#call(kind, name, args ?? { type: "any" });
    }
  }

  async #call(kind: "Query" | "Mutation" | "Action", name: string, validator: ValidatorJson): Promise<void> {
    this.#report.unused.splice(0, this.#report.unused.length, ...this.#report.unused.filter((other) => other !== name));
    try {
      const args = valueFor(validator, await this.#ids(validator)) as Record<string, Value>;
      const reference = makeFunctionReference<FunctionType>(name) as never;
      if (kind === "Query") this.#lives.push(await LiveQuery.on(this.#client, name, args));
      else await (kind === "Mutation" ? this.#client.mutation(reference, args as never) : this.#client.action(reference, args as never));
      this.#report.refused.delete(name);
      this.#report.answered.push(name);
    } catch (error) {
      if (error instanceof NoDocument) this.#report.unused.push(name);
      else this.#report.refused.set(name, ownError(name, error as Error));
    }
  }

  async #ask({ method, path }: FunctionSpec): Promise<void> {
    const response = await fetch(this.server.url + path!.replace("*", "demo"), { method: method! });
    await response.arrayBuffer();
    if (response.status === 404) throw new Error(`${method} ${path} is a route of the app, and was not found.`);
    this.#report.answered.push(`${method} ${path}`);
  }

  /** The ids that a validator asks for, of what is in the tables now. */
  async #ids(validator: ValidatorJson): Promise<IdOf> {
    const ids = new Map<string, string>();
    for (const table of tablesOf(validator)) {
      const [document] = await this.#documents(table);
      if (document !== undefined) ids.set(table, document._id);
    }
    return (table) => ids.get(table) ?? null;
  }

  async #documents(table: string): Promise<readonly { readonly _id: string }[]> {
    const response = await fetch(`${this.server.url}/api/query`, {
      method: "POST",
      headers: { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" },
      body: JSON.stringify({ path: "_system/cli/tableData:default", format: "json", args: { table, order: "desc", paginationOpts: { numItems: 1, cursor: null } } }),
    });
    const answer = (await response.json()) as { status: string; value: { page: { _id: string }[] } };
    return answer.status === "success" ? answer.value.page : [];
  }
}

function tablesOf(validator: ValidatorJson): string[] {
  if (validator.type === "id") return [validator.tableName];
  if (validator.type === "array") return tablesOf(validator.value);
  if (validator.type === "union") return validator.value.flatMap(tablesOf);
  if (validator.type === "object") return Object.values(validator.value).flatMap(({ fieldType }) => tablesOf(fieldType));
  return [];
}

/** What a function failed with by its own doing. That it was not reached, or not with arguments that it takes, fails the test. */
function ownError(name: string, error: Error): string {
  if (error instanceof ConvexError) return `ConvexError ${JSON.stringify(error.data)}`;
  const text = /Server Error\n(?:Uncaught )?([^\n]*)/.exec(error.message)?.[1];
  if (text === undefined || text.startsWith("ArgumentValidationError")) throw new Error(`${name} was not answered as it should be: ${error.message}`);
  return text;
}

/** The line of an error that is the same in each request and for each client. */
const shownOf = ({ message }: Error): string => /Uncaught [^\n]*/.exec(message)?.[0] ?? message;

/** A live page keeps its first and its last place, and may have got more documents between them than a fresh one has. */
function showsTheSame(live: unknown, fresh: unknown): boolean {
  if (!isPage(live) || !isPage(fresh)) return isDeepStrictEqual(live, fresh);
  return isDeepStrictEqual(live.page.slice(0, fresh.page.length), fresh.page);
}

function isPage(value: unknown): value is { readonly page: readonly unknown[] } {
  return typeof value === "object" && value !== null && "continueCursor" in value && "page" in value;
}

/** A subscription, with the last that it has shown. */
class LiveQuery {
  #value: unknown;

  private constructor(
    readonly name: string,
    readonly args: Record<string, Value>,
  ) {}

  /** Throws what the query throws at first. */
  static async on(client: ConvexClient, name: string, args: Record<string, Value>): Promise<LiveQuery> {
    const live = new LiveQuery(name, args);
    await new Promise<void>((answered, failed) => {
      client.onUpdate(
        makeFunctionReference<"query">(name),
        args,
        (value) => {
          live.#value = value;
          answered();
        },
        (error) => {
          live.#value = shownOf(error);
          failed(error);
        },
      );
    });
    return live;
  }

  /** Until it shows what somebody sees who asks now. */
  async settles(server: TestServer): Promise<void> {
    const fresh = () => server.http().query(makeFunctionReference<"query">(this.name), this.args);
    await until(async () => showsTheSame(this.#value, await fresh().catch(shownOf)), `the live ${this.name} to show what a fresh one does`, 5_000);
  }
}
