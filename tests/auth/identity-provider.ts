/**
 * An identity provider on a port of its own: signs tokens, and publishes its keys as OpenID Connect and JWKS providers do.
 * What it answers can be changed at any moment, to what providers in trouble answer.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

export type Algorithm = "RS256" | "ES256" | "EdDSA";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface SigningKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: JWK;
}

export interface TokenOptions {
  readonly claims?: JWTPayload;
  readonly subject?: string;
  readonly audience?: string | string[];
  readonly issuer?: string;
  /** From now on; may be negative. */
  readonly lifetimeSeconds?: number;
  readonly notBeforeSeconds?: number;
  readonly issuedAtSeconds?: number;
  readonly header?: Readonly<Record<string, unknown>>;
}

export const AUDIENCE = "tests";

let keys = 0;

export class IdentityProvider implements AsyncDisposable {
  #key!: SigningKey;
  #published: JWK[] = [];
  #accepting = true;
  /** By path, how often it was asked for. */
  readonly requests = new Map<string, number>();
  /** Takes the place of what is answered to a path. */
  readonly answers = new Map<string, Answer>();
  issuer = "";

  private constructor(
    private readonly server: Server,
    private readonly algorithm: Algorithm,
  ) {
    server.on("request", (request, response) => this.#answer(request, response));
    server.on("connection", (socket) => {
      if (!this.#accepting) socket.destroy();
    });
  }

  static async start(algorithm: Algorithm = "RS256"): Promise<IdentityProvider> {
    const server = createServer();
    const provider = new IdentityProvider(server, algorithm);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await provider.rotate();
    return provider;
  }

  get keysUrl(): string {
    return `${this.issuer}/jwks.json`;
  }

  get keyId(): string {
    return this.#key.kid;
  }

  get keySet(): { keys: JWK[] } {
    return { keys: this.#published };
  }

  get keysRequests(): number {
    return this.requests.get("/jwks.json") ?? 0;
  }

  /** For auth.config.ts. */
  openId(applicationID = AUDIENCE): object {
    return { domain: this.issuer, applicationID };
  }

  customJwt(fields: object = {}): object {
    return { type: "customJwt", issuer: this.issuer, jwks: this.keysUrl, algorithm: this.algorithm, applicationID: AUDIENCE, ...fields };
  }

  /** Signs with a new key from now on. `keep`: tokens of the old one can still be verified. */
  async rotate(keep = false): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(this.algorithm, { extractable: true });
    const kid = `key-${++keys}`;
    this.#key = { kid, algorithm: this.algorithm, privateKey, publicKey: { ...(await exportJWK(publicKey)), kid, alg: this.algorithm, use: "sig" } };
    this.#published = [...(keep ? this.#published : []), this.#key.publicKey];
  }

  /** While down, connections end at once. */
  set isDown(isDown: boolean) {
    this.#accepting = !isDown;
    if (isDown) this.server.closeAllConnections();
  }

  async token(options: TokenOptions = {}): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const jwt = new SignJWT({ ...options.claims })
      .setProtectedHeader({ alg: this.algorithm, typ: "JWT", kid: this.#key.kid, ...options.header })
      .setIssuer(options.issuer ?? this.issuer)
      // No two are the same, which clients take for a provider that has no newer one.
      .setJti(randomUUID())
      .setAudience(options.audience ?? AUDIENCE)
      .setIssuedAt(nowSeconds + (options.issuedAtSeconds ?? 0))
      .setExpirationTime(nowSeconds + (options.lifetimeSeconds ?? 3600));
    if (options.subject !== "") jwt.setSubject(options.subject ?? "ann");
    if (options.notBeforeSeconds !== undefined) jwt.setNotBefore(nowSeconds + options.notBeforeSeconds);
    return await jwt.sign(this.#key.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "/";
    this.requests.set(path, (this.requests.get(path) ?? 0) + 1);
    const answer = this.answers.get(path);
    if (answer !== undefined) answer(request, response);
    else if (path === "/.well-known/openid-configuration") json(response, { issuer: this.issuer, jwks_uri: this.keysUrl });
    else if (path === "/jwks.json") json(response, this.keySet);
    else response.writeHead(404).end("not found");
  }
}

export function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
