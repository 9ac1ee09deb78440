/**
 * The tokens that the issuer signs. A token for the app says who somebody is and lives for minutes; a refresh token is for the issuer
 * itself, lives for a working day, and gets a new one.
 */
import { jwtVerify, SignJWT } from "jose";
import type { Account } from "./accounts.js";
import type { SigningKey } from "./signing-key.js";

const REFRESH_SECONDS = 12 * 60 * 60;

export interface TokenSettings {
  readonly key: SigningKey;
  /** The `iss` of every token: where the issuer is. */
  readonly issuer: string;
  /** The `applicationID` of the app's `convex/auth.config.ts`. */
  readonly audience: string;
  /** How long a token for the app lives. */
  readonly seconds: number;
  /** The clock that tokens go by, in milliseconds; the machine's by default. */
  readonly nowMs?: () => number;
}

export class Tokens {
  constructor(readonly settings: TokenSettings) {}

  async identity({ id, ...claims }: Account): Promise<string> {
    return await this.#sign(claims, id, this.settings.audience, this.settings.seconds);
  }

  async refresh({ id }: Account): Promise<string> {
    return await this.#sign({}, id, this.settings.issuer, REFRESH_SECONDS);
  }

  /** The account's id; throws when the token is not a refresh token of this issuer, or too old. */
  async accountOfRefresh(token: string): Promise<string> {
    const { key, issuer } = this.settings;
    const { payload } = await jwtVerify(token, key.publicKey, { issuer, audience: issuer, currentDate: new Date(this.#nowMs()), requiredClaims: ["sub", "exp"] });
    return payload.sub!;
  }

  async #sign(claims: Record<string, unknown>, subject: string, audience: string, seconds: number): Promise<string> {
    const { key, issuer } = this.settings;
    const nowSeconds = Math.floor(this.#nowMs() / 1000);
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: "JWT" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + seconds)
      .sign(key.privateKey);
  }

  #nowMs(): number {
    return this.settings.nowMs?.() ?? Date.now();
  }
}
