/**
 * The CRM example as its tests use it: installed and pushed with the public CLI, its issuer as a service of its own, and a
 * company of five people with contacts, deals and tasks (`demo:seed`).
 */
import { join } from "node:path";
import type { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import { DEMO_ACCOUNTS } from "../../examples/crm/issuer/accounts.js";
import SETTINGS from "../../examples/crm/issuer/settings.js";
import { startIssuer, type RunningIssuer } from "../../examples/issuer/server.js";
import { createSigningKey } from "../../examples/issuer/signing-key.js";
import { CRM, installExample } from "../browser/pages.js";
import { ADMIN_KEY, mutationNamed, startServer, type ServerOptions, type TestServer } from "../harness.js";

/** Packages of the example, which a copy of it is pushed with. */
export const CRM_PACKAGES = join(CRM, "node_modules");
const TOKEN_SECONDS = 600;

export const actionNamed = (name: string): FunctionReference<"action"> => makeFunctionReference<"action">(name);

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, where it is that. */
  readonly body: RestBody;
}

/** Whatever a body of the interface may have. */
export interface RestBody {
  readonly id: string;
  readonly data: readonly RestBody[];
  readonly nextCursor: string | null;
  readonly error: { readonly code: string; readonly message: string };
  readonly [field: string]: unknown;
}

export type Rest = (method: string, path: string, body?: unknown) => Promise<RestAnswer>;

export class CrmDeployment implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    private readonly issuer: RunningIssuer,
  ) {}

  get issuerUrl(): string {
    return this.issuer.url;
  }

  static async start(options: ServerOptions = {}): Promise<CrmDeployment> {
    await installExample(CRM);
    const server = await startServer(options);
    const issuer = await startIssuer({ ...SETTINGS, key: await createSigningKey(SETTINGS.algorithm), seconds: TOKEN_SECONDS, appOrigins: [] }, 0);
    const crm = new CrmDeployment(server, issuer);
    await crm.#setIssuer();
    await server.deploy(CRM, CRM_PACKAGES);
    await crm.asAdmin("demo:seed");
    return crm;
  }

  /** Runs an internal function, as `npx convex run`. */
  async asAdmin(path: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { status, value, errorMessage } = (await this.#post("/api/function", { path, args, format: "json" })) as { status: string; value?: unknown; errorMessage?: string };
    if (status !== "success") throw new Error(`${path} failed: ${String(errorMessage)}`);
    return value;
  }

  async tokenOf(accountId: string): Promise<string> {
    const account = DEMO_ACCOUNTS.find(({ id }) => id === accountId);
    if (account === undefined) throw new Error(`The issuer has no account ${accountId}.`);
    return await this.issuer.tokens.identity(account);
  }

  /** A person who has signed in. */
  async http(accountId: string): Promise<ConvexHttpClient> {
    const client = this.server.http();
    client.setAuth(await this.tokenOf(accountId));
    await client.mutation(mutationNamed("account:enter"), {});
    return client;
  }

  /** A person with a live connection. */
  async live(accountId: string): Promise<ConvexClient> {
    await this.http(accountId);
    const client = this.server.client();
    client.setAuth(async () => await this.tokenOf(accountId));
    return client;
  }

  async newKey(scopes: readonly string[], ratePerMinute = 6_000): Promise<string> {
    const owner = await this.http("owner");
    return (await owner.action(actionNamed("apiKeys:create"), { name: "Tests", scopes, ratePerMinute })) as string;
  }

  /** @param key null: none is sent */
  rest(key: string | null): Rest {
    return async (method, path, body) => {
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (key !== null) headers["Authorization"] = `Bearer ${key}`;
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const response = await fetch(`${this.server.url}${path}`, { method, headers, ...(text === undefined ? {} : { body: text }) });
      return await restAnswer(response);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.issuer.server.closeAllConnections();
    this.issuer.server.close();
  }

  /** As `npx convex env set`. */
  async #setIssuer(): Promise<void> {
    await this.#post("/api/update_environment_variables", { changes: [{ name: "CRM_ISSUER", value: this.issuerUrl }] });
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
    const response = await fetch(`${this.server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} failed: ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
}

export async function restAnswer(response: Response): Promise<RestAnswer> {
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json") === true;
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as RestBody };
}
