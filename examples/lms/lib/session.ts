/**
 * A person's session with the pages' server: one cookie with the issuer's refresh token, which no script can read. Tokens for the
 * deployment live for minutes, and are asked for when they are needed: by the server for the first HTML (`sessionToken`), and by the
 * page for its socket (`/auth/token`).
 */
import { cookies } from "next/headers";
import { cache } from "react";
import { RefusedByIssuer, tokensFor } from "./issuer";

const REFRESH_COOKIE = "lectern_session";
const STATE_COOKIE = "lectern_state";
const SESSION_SECONDS = 12 * 60 * 60;
const STATE_SECONDS = 10 * 60;

const guarded = { httpOnly: true, sameSite: "lax", path: "/", secure: process.env.LECTERN_SECURE_COOKIES === "yes" } as const;

export async function isSignedIn(): Promise<boolean> {
  return (await cookies()).has(REFRESH_COOKIE);
}

/** A new token for the deployment, once for all that one request renders. Undefined for visitors, and for who is refused. */
export const sessionToken = cache(async (): Promise<string | undefined> => {
  const refreshToken = (await cookies()).get(REFRESH_COOKIE)?.value;
  if (refreshToken === undefined) return undefined;
  try {
    return (await tokensFor({ grant_type: "refresh_token", refresh_token: refreshToken })).id_token;
  } catch (error) {
    if (error instanceof RefusedByIssuer) return undefined;
    throw error;
  }
});

/** In route handlers only, as all that follow. */
export async function beginSession(refreshToken: string): Promise<void> {
  (await cookies()).set(REFRESH_COOKIE, refreshToken, { ...guarded, maxAge: SESSION_SECONDS });
}

export async function endSession(): Promise<void> {
  (await cookies()).delete(REFRESH_COOKIE);
}

/** Begins a sign-in that nobody else can finish. */
export async function newState(): Promise<string> {
  const state = crypto.randomUUID();
  (await cookies()).set(STATE_COOKIE, state, { ...guarded, maxAge: STATE_SECONDS });
  return state;
}

export async function takeState(): Promise<string | undefined> {
  const jar = await cookies();
  const state = jar.get(STATE_COOKIE)?.value;
  jar.delete(STATE_COOKIE);
  return state;
}
