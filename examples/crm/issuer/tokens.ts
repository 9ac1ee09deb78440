/**
 * The tokens that the issuer signs. ID tokens are for the app and live for minutes; a refresh token is for the issuer
 * itself, lives for a working day, and gets a new ID token.
 */
import { jwtVerify, SignJWT } from "jose";
import type { Account } from "./accounts.js";
import { ALGORITHM, type SigningKey } from "./signing-key.js";

/** The `applicationID` of `convex/auth.config.ts`. */
export const AUDIENCE = "ferry";
const REFRESH_SECONDS = 12 * 60 * 60;

export class Tokens {
  constructor(
    private readonly key: SigningKey,
    /** The `iss` of every token: the value of `CRM_ISSUER`. */
    readonly issuer: string,
    readonly identitySeconds: number,
  ) {}

  async identity({ id, name, email }: Account): Promise<string> {
    return await this.#sign({ name, email, email_verified: true }, id, AUDIENCE, this.identitySeconds);
  }

  async refresh({ id }: Account): Promise<string> {
    return await this.#sign({}, id, this.issuer, REFRESH_SECONDS);
  }

  /** The account's id; throws when the token is not a refresh token of this issuer, or too old. */
  async accountOfRefresh(token: string): Promise<string> {
    const { payload } = await jwtVerify(token, this.key.publicKey, { issuer: this.issuer, audience: this.issuer, requiredClaims: ["sub", "exp"] });
    return payload.sub!;
  }

  async #sign(claims: Record<string, unknown>, subject: string, audience: string, seconds: number): Promise<string> {
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: this.key.id, typ: "JWT" })
      .setIssuer(this.issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(this.key.privateKey);
  }
}
