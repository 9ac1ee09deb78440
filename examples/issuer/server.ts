/**
 * The issuer as a service of its own: accounts, a login page, and tokens for the app, after the manner of OpenID Connect.
 *
 *     GET  /.well-known/openid-configuration   where everything is                 (the deployment asks)
 *     GET  /.well-known/jwks.json   the public keys                     (the deployment asks)
 *     GET  /login                   the list of demo accounts           (a person)
 *     POST /authorize               back to the app with a code         (the form of that page)
 *     POST /token                   a code, or a refresh token, for a new ID token, which is the access token too   (the app's page)
 *
 * It keeps nothing but codes that are a minute old at most.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Account } from "./accounts.js";
import { loginPage, problemPage } from "./login-page.js";
import type { IssuerSettings } from "./settings.js";
import { Tokens, type TokenSettings } from "./tokens.js";

const BODY_BYTES_MAX = 8_192;
const CODE_MS_MAX = 60_000;
const CODES_MAX = 1_000;
const STATE_CHARS_MAX = 200;

export interface IssuerOptions extends Omit<TokenSettings, "issuer">, Pick<IssuerSettings, "app" | "accounts"> {
  /** The `iss` of its tokens; where it is, by default. */
  readonly issuer?: string;
  /** Origins of apps that people may be sent back to, besides those on this machine. */
  readonly appOrigins: readonly string[];
}

/** A request that cannot be answered as asked; the message is for its author. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Code {
  readonly account: Account;
  readonly expiresAt: number;
}

export interface RunningIssuer {
  readonly url: string;
  readonly tokens: Tokens;
  readonly server: Server;
}

/** On 127.0.0.1; port 0 is a free one. Rejects where it can't listen. */
export async function startIssuer(options: IssuerOptions, port: number): Promise<RunningIssuer> {
  // Where it is goes into its tokens, and is known when it listens.
  const issuer: { current: Issuer | null } = { current: null };
  const server = createServer((request, response) => void issuer.current?.answer(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = new Tokens({ issuer: url, ...options });
  issuer.current = new Issuer(options, tokens);
  return { url, tokens, server };
}

class Issuer {
  readonly #codes = new Map<string, Code>();

  constructor(
    private readonly options: IssuerOptions,
    private readonly tokens: Tokens,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://issuer");
    const route = `${request.method ?? "GET"} ${url.pathname}`;
    try {
      await this.#route(route, url, request, response);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "The issuer failed. Its own output says why.");
      if (refusal !== error) console.error(error);
      if (url.pathname === "/token") sendJson(response, refusal.status, { error: refusal.message });
      else sendPage(response, refusal.status, problemPage(refusal.message));
    }
  }

  async #route(route: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (route) {
      case "GET /.well-known/openid-configuration":
        return sendJson(response, 200, this.#configuration());
      case "GET /.well-known/jwks.json":
        return sendJson(response, 200, this.options.key.publicKeys);
      case "GET /login":
        return sendPage(response, 200, loginPage(this.options.app, this.options.accounts, this.#loginRequest(url.searchParams)));
      case "POST /authorize":
        return this.#authorize(new URLSearchParams(await readBody(request)), response);
      case "POST /token":
      case "OPTIONS /token":
        return await this.#token(request, response);
      default:
        throw new Refusal(404, `Nothing answers ${route}.`);
    }
  }

  #configuration(): Record<string, unknown> {
    const { issuer, key } = this.tokens.settings;
    return {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      authorization_endpoint: `${issuer}/login`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: [key.algorithm],
    };
  }

  #authorize(form: URLSearchParams, response: ServerResponse): void {
    const { redirectUri, state } = this.#loginRequest(form);
    const target = new URL(redirectUri);
    target.searchParams.set("code", this.#newCode(this.#account(form.get("account"))));
    target.searchParams.set("state", state);
    response.writeHead(303, { Location: target.href, "Cache-Control": "no-store" }).end();
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = request.headers.origin;
    if (origin !== undefined && this.#isApp(origin)) response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Vary", "Origin");
    if (request.method === "OPTIONS") {
      response.writeHead(204, { "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type", "Access-Control-Max-Age": "600" }).end();
      return;
    }
    const { tokens } = this;
    const account = await this.#grantedAccount(new URLSearchParams(await readBody(request)));
    const [idToken, refreshToken] = await Promise.all([tokens.identity(account), tokens.refresh(account)]);
    sendJson(response, 200, { id_token: idToken, access_token: idToken, refresh_token: refreshToken, expires_in: tokens.settings.seconds, token_type: "Bearer" });
  }

  async #grantedAccount(form: URLSearchParams): Promise<Account> {
    switch (form.get("grant_type")) {
      case "authorization_code":
        return this.#redeem(form.get("code") ?? "");
      case "refresh_token":
        return this.#account(await this.tokens.accountOfRefresh(form.get("refresh_token") ?? "").catch(() => null));
      default:
        throw new Refusal(400, 'grant_type must be "authorization_code" or "refresh_token".');
    }
  }

  #newCode(account: Account): string {
    for (const [code, { expiresAt }] of this.#codes) if (expiresAt < Date.now()) this.#codes.delete(code);
    if (this.#codes.size >= CODES_MAX) throw new Refusal(503, "Too many people are signing in. Try again in a minute.");
    const code = randomBytes(24).toString("base64url");
    this.#codes.set(code, { account, expiresAt: Date.now() + CODE_MS_MAX });
    return code;
  }

  /** A code is good once. */
  #redeem(code: string): Account {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    if (found === undefined || found.expiresAt < Date.now()) throw new Refusal(401, "This code was used or is too old. Sign in again.");
    return found.account;
  }

  #account(id: string | null): Account {
    const account = this.options.accounts.find((candidate) => candidate.id === id);
    if (account === undefined) throw new Refusal(401, "There is no such account. Sign in again.");
    return account;
  }

  #loginRequest(parameters: URLSearchParams): { redirectUri: string; state: string } {
    const redirectUri = parameters.get("redirect_uri") ?? "";
    if (!URL.canParse(redirectUri) || !this.#isApp(new URL(redirectUri).origin)) {
      throw new Refusal(400, "redirect_uri must be an address of an app that this issuer knows. Add its origin to ISSUER_APPS.");
    }
    return { redirectUri, state: (parameters.get("state") ?? "").slice(0, STATE_CHARS_MAX) };
  }

  #isApp(origin: string): boolean {
    return this.options.appOrigins.includes(origin) || /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, `A body has at most ${BODY_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(value));
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
  response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": policy }).end(html);
}
