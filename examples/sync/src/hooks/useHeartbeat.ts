/** Tells the engine, for as long as this tab is visible, what is looked at here. */
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Me } from "../lib/me";
import { useIsVisible } from "./useIsVisible";
import { useRepeated } from "./useRepeated";

/** While the catalogue with a subject is still on its way. */
const UNKNOWN_RETRY_MS = 1_000;

/**
 * @param me null for somebody who is not signed in, and keeps nothing up to date
 * @returns those of the keys that the engine does not know
 */
export function useHeartbeat(me: Me | null, keys: readonly string[]): readonly string[] {
  const heartbeat = useMutation(api.presence.heartbeat);
  const isVisible = useIsVisible();
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  const beat = async () => setUnknown((await heartbeat({ keys: [...keys] })).unknown);
  const everyMs = Math.min(me?.heartbeatMs ?? Infinity, unknown.length > 0 ? UNKNOWN_RETRY_MS : Infinity);
  useRepeated(me !== null && isVisible ? beat : null, everyMs, keys.join());
  return unknown;
}
