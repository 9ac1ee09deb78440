/** One deployment of a {@link TestApp}: calls of its functions, looks at its data, and its clock. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { FunctionReference, FunctionReturnType, OptionalRestArgs, UserIdentity } from "convex/server";
import { ConvexError, convexToJson, jsonToConvex, type GenericId, type Value } from "convex/values";
import type { FunctionKind } from "../server/engine-messages.js";
import { newRequestId } from "../server/request-id.js";
import { INSPECTOR } from "./app-push.js";
import type { InMemoryEngine } from "./in-memory-engine.js";

type Reference<Kind extends FunctionKind> = FunctionReference<Kind, "public" | "internal">;

/** Calls functions, public and internal ones, as somebody. A function is named by its reference, or as "courses:list". */
export interface TestCaller {
  readonly query: TestCall<"query">;
  readonly mutation: TestCall<"mutation">;
  readonly action: TestCall<"action">;
  /** An HTTP action, by its path: "/webhooks/mail?test=1". */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
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
const SUBJECT_BYTES = 8;
const ISSUER = "https://rivulet.test";
const POLL_MS = 1;
/** Longer than any mutation may take; an action may take minutes, and is waited for. */
const SETTLED_MS_MAX = 600_000;

class Caller implements TestCaller {
  constructor(
    private readonly engine: InMemoryEngine,
    private readonly claims: Readonly<Record<string, unknown>> | null,
    private readonly componentPath = "",
  ) {}

  readonly query = (reference: unknown, args?: unknown): Promise<never> => this.#call("query", reference, args);
  readonly mutation = (reference: unknown, args?: unknown): Promise<never> => this.#call("mutation", reference, args);
  readonly action = (reference: unknown, args?: unknown): Promise<never> => this.#call("action", reference, args);

  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    if (!path.startsWith("/")) throw new TypeError(`An HTTP action is called by its path, such as "/webhooks/mail", not "${path}".`);
    const headers = new Headers(init.headers);
    // An Authorization of the test's own stands: for keys that the app checks itself, say.
    if (this.claims !== null && !headers.has("Authorization")) headers.set("Authorization", `Bearer ${this.engine.site.tokenFor(this.claims)}`);
    return await fetch(`${this.engine.site.origin}${path}`, { ...init, headers });
  };

  async #call(functionKind: FunctionKind, reference: unknown, args: unknown = {}): Promise<never> {
    const reply = await this.engine.call({
      kind: "runFunction",
      functionKind,
      path: nameOf(reference),
      componentPath: this.componentPath,
      args: JSON.stringify(convexToJson(args as Value)),
      credentials: { type: "admin", keyName: "test", actingAs: this.claims },
      atTs: null,
      client: { ip: null, userAgent: null },
      requestId: newRequestId(),
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
  readonly fetch: TestCaller["fetch"];

  /** `components` are the paths of those that are mounted. */
  constructor(
    engine: InMemoryEngine,
    private readonly components: readonly string[],
  ) {
    this.#engine = engine;
    this.#nobody = new Caller(engine, null);
    ({ query: this.query, mutation: this.mutation, action: this.action, fetch: this.fetch } = this.#nobody);
  }

  /** Calls as this user. `subject` and `issuer` are made up where they are not given, `tokenIdentifier` follows from them. */
  withIdentity(claims: Partial<UserIdentity>): TestCaller {
    const { subject = `user-${randomBytes(SUBJECT_BYTES).toString("hex")}`, issuer = ISSUER } = claims;
    return new Caller(this.#engine, { subject, issuer, tokenIdentifier: `${issuer}|${subject}`, ...claims });
  }

  /** The id of the new document. The schema holds. */
  async insert(table: string, document: Readonly<Record<string, unknown>>): Promise<never> {
    return await this.#nobody.mutation(`${INSPECTOR}:insert`, { table, document });
  }

  /** All of a table, in the order of their creation; "_scheduled_functions" and "_storage" too. @param component "workflow/workpool": whose table it is */
  async documents(table: string, component = ""): Promise<Record<string, never>[]> {
    if (component !== "" && !this.components.includes(component)) throw new TypeError(`No component is mounted as "${component}". There are: ${this.components.filter((path) => path !== "").join(", ") || "none"}.`);
    return await this.#in(component).query(`${INSPECTOR}:documents`, { table });
  }

  /** The id of a new file. Its type is the blob's. */
  async storeFile(blob: Blob): Promise<GenericId<"_storage">> {
    const url = (await this.#nobody.mutation(`${INSPECTOR}:uploadUrl`)) as string;
    const response = await fetch(url, { method: "POST", body: blob });
    if (!response.ok) throw new Error(`The file was not stored: ${await response.text()}`);
    return ((await response.json()) as { storageId: GenericId<"_storage"> }).storageId;
  }

  /** Null for one that is not there. */
  async readFile(storageId: GenericId<"_storage">): Promise<Blob | null> {
    const url = (await this.#nobody.query(`${INSPECTOR}:fileUrl`, { storageId })) as string | null;
    return url === null ? null : await (await fetch(url)).blob();
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
    while (await this.#hasDue()) {
      if (performance.now() > endMs) throw new Error(`Scheduled functions did not come to an end in ${SETTLED_MS_MAX / 1000} s. Does one schedule itself again and again, without delay?`);
      await delay(POLL_MS);
    }
  }

  async #hasDue(): Promise<boolean> {
    for (const path of new Set(["", ...this.components])) {
      if (((await this.#in(path).query(`${INSPECTOR}:due`, { nowMs: this.nowMs })) as number) > 0) return true;
    }
    return false;
  }

  #in(componentPath: string): Caller {
    return componentPath === "" ? this.#nobody : new Caller(this.#engine, null, componentPath);
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
