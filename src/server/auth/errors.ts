/** Why a user's token was not accepted. Texts name the cause and the mend, and never the token. */

export type AuthErrorCode =
  /** The token itself: malformed, expired, forged. */
  | "Unauthenticated"
  /** No provider of auth.config.ts is one that this token is from. */
  | "NoAuthProvider"
  /** The provider's keys could not be had. */
  | "AuthProviderDiscoveryFailed";

export class AuthTokenError extends Error {
  override readonly name = "AuthTokenError";

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    /** Nothing was found wrong with the token: the same one may be accepted when it is tried again. */
    readonly isPassing = false,
  ) {
    super(message);
  }
}

export function refuseToken(message: string): AuthTokenError {
  return new AuthTokenError("Unauthenticated", message);
}
