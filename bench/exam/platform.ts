/** The server with the app deployed by the public CLI, and the issuer whose tokens it accepts: keys only, no service. */
import { join } from "node:path";
import type { Account } from "../../examples/exam/issuer/accounts.js";
import SETTINGS from "../../examples/exam/issuer/settings.js";
import { createSigningKey, dataUri } from "../../examples/issuer/signing-key.js";
import { Tokens } from "../../examples/issuer/tokens.js";
import { ADMIN_KEY, ROOT, startServer, type TestServer } from "../../tests/harness.js";

const EXAM_APP = join(ROOT, "examples", "exam");
const ISSUER = "https://exam-system.test";
const TOKEN_SECONDS = 2 * 60 * 60;

export const SIGNING_KEY = "the signing key of the load";

export class Platform implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    private readonly tokens: Tokens,
  ) {}

  static async start(heartbeatMs: number): Promise<Platform> {
    const server = await startServer({ flags: ["--log-level", "warn"] });
    try {
      const platform = await Platform.on(server, heartbeatMs);
      await server.deploy(EXAM_APP);
      return platform;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes the issuer and tells the server of it; the functions are the caller's to deploy, and the server to dispose of. */
  static async on(server: TestServer, heartbeatMs: number): Promise<Platform> {
    const key = await createSigningKey();
    const platform = new Platform(server, new Tokens({ ...SETTINGS, key, issuer: ISSUER, seconds: TOKEN_SECONDS }));
    await platform.#setEnvironment({ EXAM_ISSUER: ISSUER, EXAM_JWKS: dataUri(key.publicKeys), SCORES_SIGNING_KEY: SIGNING_KEY, HEARTBEAT_MS: String(heartbeatMs) });
    return platform;
  }

  get url(): string {
    return this.server.url;
  }

  async tokenFor(account: Account): Promise<string> {
    return await this.tokens.identity(account);
  }

  /** Of an issuer that signs with a key of its own under the same name. */
  async forgedTokenFor(account: Account): Promise<string> {
    const { privateKey, publicKey } = await createSigningKey();
    const { settings } = this.tokens;
    return await new Tokens({ ...settings, key: { ...settings.key, privateKey, publicKey } }).identity(account);
  }

  async liveQueryRuns(): Promise<number> {
    return await this.server.metric("rivulet_engine_live_query_runs_total");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  /** As `npx convex env set`. */
  async #setEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
    const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
    const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
    const response = await fetch(`${this.server.url}/api/update_environment_variables`, { method: "POST", headers, body: JSON.stringify({ changes }) });
    if (!response.ok) throw new Error(`The variables could not be set: ${await response.text()}`);
  }
}
