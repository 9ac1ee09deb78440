/** How full the token bucket is right now: it fills by itself between the moments at which it is used. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { useNow } from "./useNow";

export interface BucketLevel {
  tokens: number;
  capacity: number;
  perMinute: number;
}

/** @returns undefined while it is loading. */
export function useBucket(): BucketLevel | undefined {
  const bucket = useQuery(api.engine.bucket);
  const now = useNow();
  if (bucket === undefined) return undefined;
  const { tokens, at, capacity, perMinute } = bucket;
  const gained = (Math.max(0, now - at) / 60_000) * perMinute;
  return { tokens: Math.min(capacity, Math.floor(tokens + gained)), capacity, perMinute };
}
