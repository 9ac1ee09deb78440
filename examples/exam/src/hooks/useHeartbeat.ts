/** Tells the server, for as long as a session is active, that its student is still there. */
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc } from "../../convex/_generated/dataModel";
import { hasCode } from "../lib/failure";
import { useRepeated } from "./useRepeated";

/** @returns when the server last took a heartbeat of this page, null before the first. */
export function useHeartbeat(session: Doc<"examSessions"> | null | undefined, heartbeatMs: number): number | null {
  const heartbeat = useMutation(api.proctoring.heartbeat);
  const [acceptedAt, setAcceptedAt] = useState<number | null>(null);
  const active = session?.status === "active" ? session : null;
  const beat = async (sessionId: Doc<"examSessions">["_id"]) => {
    try {
      await heartbeat({ sessionId });
      setAcceptedAt(Date.now());
    } catch (error) {
      // Another tab was quicker, or the session has just ended: its own query tells.
      if (!hasCode(error, "TOO_SOON", "SESSION_OVER")) throw error;
    }
  };
  // The start of a session counts as seen.
  useRepeated(active === null ? null : () => beat(active._id), heartbeatMs, { isFirstAtOnce: false });
  return acceptedAt;
}
