/**
 * The public keys of one identity provider.
 *
 *     first token ──▶ fetch ──▶ fresh ──(10 min)──▶ old ──▶ fetch again; while that fails, old keys serve up to 1 h
 *                                 │
 *                                 └─ a token names a key that is not there: fetch again, a few times in a row at most
 *
 * At most one fetch is under way. After one that failed the next waits a second, and whoever asks meanwhile is told the same.
 */
import type { CompactVerifyGetKey, JSONWebKeySet } from "jose";
import { AuthTokenError } from "./errors.js";
import { providerFailed } from "./provider-document.js";

/** Finds the key that a token's header asks for; throws jose's errors where there is none, or more than one. */
export type KeyLookup = CompactVerifyGetKey;

export interface KeySet {
  /** Throws {@link AuthTokenError}. */
  current(): Promise<KeyLookup>;
  /** To be asked when `known` lacks a key: what there is instead, or null. Throws {@link AuthTokenError}. */
  newer(known: KeyLookup): Promise<KeyLookup | null>;
}

export type LoadKeys = () => Promise<JSONWebKeySet>;

const FRESH_MS = 10 * 60_000;
const USABLE_MS = 60 * 60_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** Fetches for keys that are not there: so many at once, and one more each interval. */
const REFETCHES_MAX = 5;
const REFETCH_INTERVAL_MS = 5_000;

export class RemoteKeySet implements KeySet {
  #known: { readonly lookup: KeyLookup; readonly fetchedMs: number } | null = null;
  #failure: { readonly error: unknown; readonly untilMs: number } | null = null;
  #fetching: Promise<KeyLookup> | null = null;
  #refetches = REFETCHES_MAX;
  #refetchesCountedMs: number;

  constructor(
    private readonly load: LoadKeys,
    private readonly nowMs: () => number,
  ) {
    this.#refetchesCountedMs = nowMs();
  }

  async current(): Promise<KeyLookup> {
    const known = this.#known;
    const ageMs = known === null ? Infinity : this.nowMs() - known.fetchedMs;
    if (known !== null && ageMs < FRESH_MS) return known.lookup;
    try {
      return await this.#fetch();
    } catch (error) {
      if (known !== null && ageMs < USABLE_MS && error instanceof AuthTokenError) return known.lookup;
      throw error;
    }
  }

  async newer(known: KeyLookup): Promise<KeyLookup | null> {
    if (this.#known !== null && this.#known.lookup !== known) return this.#known.lookup;
    if (this.#fetching === null && !this.#mayRefetch()) return null;
    return await this.#fetch();
  }

  #mayRefetch(): boolean {
    const intervals = Math.floor((this.nowMs() - this.#refetchesCountedMs) / REFETCH_INTERVAL_MS);
    this.#refetchesCountedMs += intervals * REFETCH_INTERVAL_MS;
    this.#refetches = Math.min(REFETCHES_MAX, this.#refetches + intervals);
    if (this.#refetches === 0) return false;
    this.#refetches--;
    return true;
  }

  async #fetch(): Promise<KeyLookup> {
    if (this.#failure !== null && this.nowMs() < this.#failure.untilMs) throw this.#failure.error;
    this.#fetching ??= this.#load().finally(() => (this.#fetching = null));
    return await this.#fetching;
  }

  async #load(): Promise<KeyLookup> {
    try {
      const lookup = await lookupIn(await this.load());
      this.#known = { lookup, fetchedMs: this.nowMs() };
      this.#failure = null;
      return lookup;
    } catch (error) {
      this.#failure = { error, untilMs: this.nowMs() + PAUSE_AFTER_FAILURE_MS };
      throw error;
    }
  }
}

/** Keys that are part of the configuration. */
export class FixedKeySet implements KeySet {
  #lookup: Promise<KeyLookup> | null = null;

  constructor(private readonly keys: JSONWebKeySet) {}

  current(): Promise<KeyLookup> {
    return (this.#lookup ??= lookupIn(this.keys));
  }

  newer(): Promise<null> {
    return Promise.resolve(null);
  }
}

/** Loaded with the first token: a server that starts has none to check. */
async function lookupIn(keys: JSONWebKeySet): Promise<KeyLookup> {
  const { createLocalJWKSet } = await import("jose");
  try {
    return createLocalJWKSet(keys);
  } catch (error) {
    throw providerFailed(`they are no valid JSON Web Key Set: ${(error as Error).message}. Check the provider's keys.`);
  }
}
