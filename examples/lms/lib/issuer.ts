/** What the pages' server asks of the issuer: tokens for a code, and for a refresh token. Tokens never pass through an address. */

const ANSWER_MS_MAX = 5_000;

export interface IssuedTokens {
  readonly id_token: string;
  readonly refresh_token: string;
}

/** The issuer's own decision, with its words; anything else that goes wrong is an ordinary error, and may pass. */
export class RefusedByIssuer extends Error {}

/** Where people sign in. Read when it is asked for: the same build serves any school. */
export function issuerUrl(): string {
  const url = process.env.LMS_ISSUER;
  if (url === undefined || !URL.canParse(url)) throw new Error("LMS_ISSUER has to be the address of the issuer. Set it in .env.local, see .env.example.");
  return url;
}

export async function tokensFor(grant: Readonly<Record<string, string>>): Promise<IssuedTokens> {
  const response = await fetch(new URL("/token", issuerUrl()), { method: "POST", body: new URLSearchParams(grant), cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (response.ok) return (await response.json()) as IssuedTokens;
  if (response.status >= 500) throw new Error(`The issuer answered with status ${response.status}.`);
  const { error } = (await response.json()) as { error?: string };
  throw new RefusedByIssuer(error ?? "The issuer refused. Sign in again.");
}
