/**
 * What a vector search depended on: the codes of its index whose bound reaches the score that it takes to be found, and whose
 * filter values match. Every other key may come or go without changing what was found; see candidates.ts.
 */
import type { Key } from "../../storage/store.js";
import type { KeyRegion } from "../read-set.js";
import { BOUND_SLACK } from "./candidates.js";
import { CodedQuery } from "./vector-code.js";
import { mayPassFilter } from "./vector-filter.js";

/** Plain data, so that it can be sent to another thread. */
export interface VectorRegionData {
  /** Of the codes' keys. */
  readonly prefix: Key;
  readonly codeBytes: number;
  /** The query vector, of length 1. */
  readonly unit: Float64Array;
  /** Field and digest; null where there is no filter. */
  readonly filter: readonly { readonly field: number; readonly digest: number }[] | null;
  readonly threshold: number;
}

export class VectorRegion implements KeyRegion {
  #query: CodedQuery | null = null;

  constructor(readonly data: VectorRegionData) {}

  get prefix(): Key {
    return this.data.prefix;
  }

  contains(key: Key): boolean {
    const { prefix, codeBytes, filter, threshold } = this.data;
    if (!key.startsWith(prefix)) return false;
    if (filter !== null && !mayPassFilter(filter, key, prefix.length + codeBytes)) return false;
    if (threshold === -Infinity) return true;
    this.#query ??= new CodedQuery(this.data.unit);
    return this.#query.bound(Buffer.from(key.slice(prefix.length, prefix.length + codeBytes), "latin1")) >= threshold - BOUND_SLACK;
  }
}
