/**
 * The tokens that the issuer signs. Access tokens are for the app and live for minutes; a refresh token is for the issuer
 * itself, lives for a working day, and gets a new access token.
 */
import { jwtVerify, SignJWT } from "jose";
import type { Account } from "./accounts.js";
import { ALGORITHM, type SigningKey } from "./signing-key.js";

/** The `applicationID` of `convex/auth.config.ts`. */
export const AUDIENCE = "whiteboard";
const REFRESH_SECONDS = 12 * 60 * 60;

export class Tokens {
  constructor(
    private readonly key: SigningKey,
    /** The `iss` of every token: the value of `WHITEBOARD_ISSUER`. */
    readonly issuer: string,
    readonly accessSeconds: number,
  ) {}

  async access({ id, name, role }: Account): Promise<string> {
    return await this.#sign({ name, role }, id, AUDIENCE, this.accessSeconds);
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
