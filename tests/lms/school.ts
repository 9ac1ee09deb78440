/** The learning-management system as its tests use it: pushed with the public CLI, seeded, with its issuer as a service of its own. */
import { join } from "node:path";
import type { ConvexClient, ConvexHttpClient } from "convex/browser";
import SETTINGS from "../../examples/lms/issuer/settings.js";
import { startIssuer, type RunningIssuer } from "../../examples/issuer/server.js";
import { createSigningKey } from "../../examples/issuer/signing-key.js";
import { ADMIN_KEY, mutationNamed, ROOT, startServer, type TestServer } from "../harness.js";

export const LMS = join(ROOT, "examples", "lms");

const TOKEN_SECONDS = 3_600;

export class SchoolDeployment implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    readonly issuer: RunningIssuer,
  ) {}

  /** With the courses of the demo. */
  static async start(): Promise<SchoolDeployment> {
    const [server, issuer] = await Promise.all([startServer(), createSigningKey().then((key) => startIssuer({ ...SETTINGS, key, seconds: TOKEN_SECONDS, appOrigins: [] }, 0))]);
    return new SchoolDeployment(server, issuer);
  }

  /** Of an empty server as well: another deployment of the same school. */
  async deploy(server: TestServer = this.server): Promise<void> {
    await post(server, "/api/update_environment_variables", { changes: [{ name: "LMS_ISSUER", value: this.issuer.url }] });
    await server.deploy(LMS);
  }

  async seed(): Promise<void> {
    const { status, errorMessage } = (await post(this.server, "/api/function", { path: "demo:seed", args: {}, format: "json" })) as { status: string; errorMessage?: string };
    if (status !== "success") throw new Error(`demo:seed failed: ${String(errorMessage)}`);
  }

  async token(id: string, role: "teacher" | "learner"): Promise<string> {
    const account = { id, name: id[0]!.toUpperCase() + id.slice(1), role };
    return await this.issuer.tokens.identity(account);
  }

  /** An HTTP client of somebody who has entered. */
  async http(id: string, role: "teacher" | "learner", server: TestServer = this.server): Promise<ConvexHttpClient> {
    const client = server.http();
    client.setAuth(await this.token(id, role));
    await client.mutation(mutationNamed("users:enter"), {});
    return client;
  }

  /** A socket of somebody who has entered. */
  async client(id: string, role: "teacher" | "learner"): Promise<ConvexClient> {
    const client = this.server.client();
    client.setAuth(() => this.token(id, role));
    await client.mutation(mutationNamed("users:enter"), {});
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.issuer.server.closeAllConnections();
    this.issuer.server.close();
  }
}

async function post(server: TestServer, path: string, body: object): Promise<unknown> {
  const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const response = await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} failed: ${text}`);
  return text === "" ? null : JSON.parse(text);
}
