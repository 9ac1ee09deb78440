/**
 * Who a request acts as, from the credentials that it came with. Admins, nobody, and users whose token was verified lately
 * are known at once; other tokens have to be verified first.
 */
import { isDeepStrictEqual } from "node:util";
import { NOBODY, type Principal } from "../../live/session.js";
import type { Credentials } from "../engine-messages.js";
import { adminPrincipal } from "../engine/principals.js";
import { AuthTokenError } from "./errors.js";
import type { AuthProvider, TrustOptions } from "./auth-provider.js";
import { TokenVerifier, type VerifiedToken } from "./token-verifier.js";

export class PrincipalResolver {
  #providers: readonly AuthProvider[] = [];
  #verifier: TokenVerifier;
  readonly #options: TrustOptions;
  readonly #closing = new AbortController();

  constructor({ fetch, nowMs }: TrustOptions) {
    this.#options = { nowMs, fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.any([init.signal, this.#closing.signal]) }) };
    this.#verifier = new TokenVerifier({ ...this.#options, providers: [] });
  }

  /** Waits for no provider any more: tokens that are being verified are refused for now. */
  close(): void {
    this.#closing.abort(new Error("the server is shutting down"));
  }

  /** Trusts these providers from now on, and no others. Returns whether they are other ones than before. */
  trust(providers: readonly AuthProvider[]): boolean {
    if (isDeepStrictEqual(providers, this.#providers)) return false;
    this.#providers = providers;
    this.#verifier = new TokenVerifier({ ...this.#options, providers });
    return true;
  }

  /** Null where a token has to be verified first. */
  resolveNow(credentials: Credentials): Principal | null {
    switch (credentials.type) {
      case "none":
        return NOBODY;
      case "admin":
        return adminPrincipal(credentials.actingAs, credentials.keyName);
      case "user": {
        const verified = this.#verifier.recall(credentials.token);
        return verified === null ? null : userPrincipal(credentials.token, verified);
      }
    }
  }

  /** Rejects with {@link AuthTokenError}. */
  async resolve(credentials: Credentials): Promise<Principal> {
    if (credentials.type === "user") return userPrincipal(credentials.token, await this.#verifier.verify(credentials.token));
    return credentials.type === "admin" ? adminPrincipal(credentials.actingAs, credentials.keyName) : NOBODY;
  }

  /**
   * For HTTP actions, which the world calls with tokens of its own: a token that is refused is no reason not to run. Only
   * `ctx.auth.getUserIdentity()` fails then.
   */
  async resolveHttpAction(credentials: Credentials): Promise<Principal> {
    try {
      return await this.resolve(credentials);
    } catch (error) {
      if (!(error instanceof AuthTokenError)) throw error;
      return { ...NOBODY, authProblem: error.message };
    }
  }
}

function userPrincipal(authToken: string, { identity, expiresAtMs }: VerifiedToken): Principal {
  return { identity, isAdmin: false, authToken, expiresAtMs };
}
