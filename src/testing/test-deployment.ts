/** One deployment of a {@link TestApp}: calls of its functions, looks at its data, and its clock. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { FunctionReference, FunctionReturnType, OptionalRestArgs, UserIdentity } from "convex/server";
import { ConvexError, convexToJson, jsonToConvex, type Value } from "convex/values";
import type { FunctionKind } from "../server/engine-messages.js";
import { INSPECTOR } from "./app-push.js";
import type { InMemoryEngine } from "./in-memory-engine.js";

type Reference<Kind extends FunctionKind> = FunctionReference<Kind, "public" | "internal">;

/** Calls functions, public and internal ones, as somebody. A function is named by its reference, or as "courses:list". */
export interface TestCaller {
  readonly query: TestCall<"query">;
  readonly mutation: TestCall<"mutation">;
  readonly action: TestCall<"action">;
}

export interface TestCall<Kind extends FunctionKind> {
  <F extends Reference<Kind>>(reference: F, ...args: OptionalRestArgs<F>): Promise<FunctionReturnType<F>>;
  (name: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface ResultBody {
  readonly status: "success" | "error";
  readonly value: never;
  readonly errorMessage?: string;
  readonly errorData?: never;
}

/** As `convex/server` marks references. */
const FUNCTION_NAME = Symbol.for("functionName");
const REQUEST_ID_BYTES = 8;
const ISSUER = "https://rivulet.test";
const POLL_MS = 1;
/** Longer than any mutation may take; an action may take minutes, and is waited for. */
const SETTLED_MS_MAX = 600_000;

class Caller implements TestCaller {
  constructor(
    private readonly engine: InMemoryEngine,
    private readonly claims: Readonly<Record<string, unknown>> | null,
  ) {}

  readonly query = (reference: unknown, args?: unknown): Promise<never> => this.#call("query", reference, args);
  readonly mutation = (reference: unknown, args?: unknown): Promise<never> => this.#call("mutation", reference, args);
  readonly action = (reference: unknown, args?: unknown): Promise<never> => this.#call("action", reference, args);

  async #call(functionKind: FunctionKind, reference: unknown, args: unknown = {}): Promise<never> {
    const reply = await this.engine.call({
      kind: "runFunction",
      functionKind,
      path: nameOf(reference),
      componentPath: "",
      args: JSON.stringify(convexToJson(args as Value)),
      credentials: { type: "admin", keyName: "test", actingAs: this.claims },
      atTs: null,
      client: { ip: null, userAgent: null },
      requestId: randomBytes(REQUEST_ID_BYTES).toString("hex"),
    });
    if (!reply.ok && reply.failure === "request") throw new Error(reply.message);
    return resultOf(JSON.parse(reply.body) as ResultBody);
  }
}

export class TestDeployment implements TestCaller, AsyncDisposable {
  readonly #engine: InMemoryEngine;
  readonly #nobody: Caller;
  readonly query: TestCaller["query"];
  readonly mutation: TestCaller["mutation"];
  readonly action: TestCaller["action"];

  constructor(engine: InMemoryEngine) {
    this.#engine = engine;
    this.#nobody = new Caller(engine, null);
    ({ query: this.query, mutation: this.mutation, action: this.action } = this.#nobody);
  }

  /** Calls as this user. `subject` and `issuer` are made up where they are not given, `tokenIdentifier` follows from them. */
  withIdentity(claims: Partial<UserIdentity>): TestCaller {
    const { subject = `user-${randomBytes(REQUEST_ID_BYTES).toString("hex")}`, issuer = ISSUER } = claims;
    return new Caller(this.#engine, { subject, issuer, tokenIdentifier: `${issuer}|${subject}`, ...claims });
  }

  /** The id of the new document. The schema holds. */
  async insert(table: string, document: Readonly<Record<string, unknown>>): Promise<never> {
    return await this.#nobody.mutation(`${INSPECTOR}:insert`, { table, document });
  }

  /** All of a table, in the order of their creation; "_scheduled_functions" and "_storage" too. */
  async documents(table: string): Promise<Record<string, never>[]> {
    return await this.#nobody.query(`${INSPECTOR}:documents`, { table });
  }

  /** Milliseconds. */
  get nowMs(): number {
    return this.#engine.nowMs();
  }

  /** Moves the clock, and waits until what came due has run, with what that scheduled for the same time. */
  async advance(ms: number): Promise<void> {
    await this.#engine.advance(ms);
    await this.settled();
  }

  /** Waits until no scheduled function is due or under way. Cron jobs count where they scheduled something. */
  async settled(): Promise<void> {
    const endMs = performance.now() + SETTLED_MS_MAX;
    while ((await this.#nobody.query(`${INSPECTOR}:due`, { nowMs: this.nowMs })) > 0) {
      if (performance.now() > endMs) throw new Error(`Scheduled functions did not come to an end in ${SETTLED_MS_MAX / 1000} s. Does one schedule itself again and again, without delay?`);
      await delay(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
  }
}

function nameOf(reference: unknown): string {
  const name = typeof reference === "string" ? reference : (reference as Record<symbol, unknown> | null)?.[FUNCTION_NAME];
  if (typeof name !== "string") throw new TypeError('A function is named by its reference, such as api.courses.list, or by a text such as "courses:list".');
  return name;
}

function resultOf(body: ResultBody): never {
  if (body.status === "success") return jsonToConvex(body.value) as never;
  if (body.errorData === undefined) throw new Error(body.errorMessage);
  const error = new ConvexError(jsonToConvex(body.errorData) as Value);
  error.message = body.errorMessage ?? error.message;
  throw error;
}
