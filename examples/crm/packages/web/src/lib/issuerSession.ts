/**
 * The person's session with the issuer, which is a service of somebody else: going there to sign in, coming back with a
 * code, and ID tokens for the deployment for as long as the refresh token is good.
 *
 *     signed-out ──go to issuer, come back with code──▶ redeeming ──▶ signed-in
 *         ▲                                                │             │
 *         └───────────── refused by the issuer ────────────┴─────────────┘
 *
 * Kept per tab, so that two tabs can be two people.
 */
import { newClientKey } from "./clientKey";
import { readStored, removeStored, tabStorage, writeStored } from "./storage";

const REFRESH_KEY = "ferry.refresh";
const STATE_KEY = "ferry.state";
/** An issuer that cannot be reached is asked again after these times; only its refusal signs anybody out. */
const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000];

export type SessionState = { kind: "signed-out"; problem: string | null } | { kind: "redeeming" } | { kind: "signed-in" };

interface TokenAnswer {
  id_token: string;
  refresh_token: string;
}

class RefusedByIssuer extends Error {}

export class IssuerSession {
  #state: SessionState;
  #idToken: string | null = null;
  #refreshing: Promise<string | null> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly issuerUrl: string) {
    const code = takeCodeFromAddress();
    this.#state = code === null && readStored(tabStorage, REFRESH_KEY) === null ? { kind: "signed-out", problem: null } : { kind: "signed-in" };
    if (code === null) return;
    this.#state = { kind: "redeeming" };
    void this.#redeem(code);
  }

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  };

  readonly read = (): SessionState => this.#state;

  /** Leaves the page. */
  readonly signIn = (): void => {
    const state = newClientKey();
    writeStored(tabStorage, STATE_KEY, state);
    const target = new URL("/login", this.issuerUrl);
    target.searchParams.set("redirect_uri", window.location.origin + window.location.pathname);
    target.searchParams.set("state", state);
    window.location.assign(target);
  };

  readonly signOut = (problem: string | null = null): void => {
    this.#idToken = null;
    removeStored(tabStorage, REFRESH_KEY);
    this.#change({ kind: "signed-out", problem });
  };

  /** Null when the person is signed out. */
  readonly idToken = async (mustBeFresh: boolean): Promise<string | null> => {
    if (this.#idToken !== null && !mustBeFresh) return this.#idToken;
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return await this.#refreshing;
  };

  async #redeem(code: string): Promise<void> {
    try {
      this.#keep(await this.#ask({ grant_type: "authorization_code", code }));
      this.#change({ kind: "signed-in" });
    } catch (error) {
      this.signOut(error instanceof Error ? error.message : String(error));
    }
  }

  async #refresh(): Promise<string | null> {
    const refreshToken = readStored(tabStorage, REFRESH_KEY);
    if (refreshToken === null) return null;
    for (const delayMs of RETRY_DELAYS_MS) {
      try {
        return this.#keep(await this.#ask({ grant_type: "refresh_token", refresh_token: refreshToken }));
      } catch (error) {
        if (error instanceof RefusedByIssuer) {
          this.signOut(error.message);
          return null;
        }
        console.warn("The issuer did not answer; asking again.", error);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    return this.#idToken;
  }

  async #ask(grant: Record<string, string>): Promise<TokenAnswer> {
    const response = await fetch(new URL("/token", this.issuerUrl), { method: "POST", body: new URLSearchParams(grant) });
    if (response.ok) return (await response.json()) as TokenAnswer;
    if (response.status >= 500) throw new Error(`The issuer answered with status ${response.status}.`);
    const { error } = (await response.json()) as { error?: string };
    throw new RefusedByIssuer(error ?? "The issuer refused. Sign in again.");
  }

  #keep({ id_token, refresh_token }: TokenAnswer): string {
    writeStored(tabStorage, REFRESH_KEY, refresh_token);
    this.#idToken = id_token;
    return id_token;
  }

  #change(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The code that the issuer sent, and out of the address with it. Null when it answers no question of this tab. */
function takeCodeFromAddress(): string | null {
  const { searchParams, pathname, hash } = new URL(window.location.href);
  const code = searchParams.get("code");
  if (code === null) return null;
  window.history.replaceState(null, "", pathname + hash);
  const isOurs = searchParams.get("state") === readStored(tabStorage, STATE_KEY);
  removeStored(tabStorage, STATE_KEY);
  return isOurs ? code : null;
}
