/** The token bucket that stands between us and the source: one token, one fetch. */
import { calculateRateLimit, MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import type { GenericQueryCtx } from "convex/server";
import { components } from "../_generated/api";
import type { DataModel } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { timing } from "./timing";

const limiter = new RateLimiter(components.rateLimiter);
const NAME = "fetches";

export interface Bucket {
  /** Tokens at `at`; more come in by `perMinute`, up to `capacity`. */
  readonly tokens: number;
  readonly at: number;
  readonly capacity: number;
  readonly perMinute: number;
}

/** Takes up to `wanted` tokens. @returns how many there were */
export async function takePermits(ctx: MutationCtx, wanted: number): Promise<number> {
  const config = bucketConfig();
  const state = await limiter.getValue(ctx, NAME, { config });
  const count = Math.min(wanted, Math.floor(calculateRateLimit(state, config, Date.now()).value));
  if (count <= 0) return 0;
  const { ok } = await limiter.limit(ctx, NAME, { config, count });
  return ok ? count : 0;
}

export async function readBucket(ctx: Pick<GenericQueryCtx<DataModel>, "runQuery" | "meta">): Promise<Bucket> {
  const config = bucketConfig();
  const { value, ts } = await limiter.getValue(ctx, NAME, { config });
  return { tokens: value, at: ts, capacity: config.capacity, perMinute: config.rate };
}

function bucketConfig() {
  const { fetchesPerMinute, fetchesAtOnce } = timing();
  return { kind: "token bucket" as const, rate: fetchesPerMinute, period: MINUTE, capacity: fetchesAtOnce };
}
