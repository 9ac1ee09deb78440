/** Says what becomes of messages written while the connection is away. The stylesheet holds it back for a moment. */
import { useConvexConnectionState } from "convex/react";

export function OfflineNotice() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  if (isWebSocketConnected || !hasEverConnected) return null;
  return (
    <p className="offline-notice" data-testid="offline-notice">
      The connection is away. What you send goes out when it is back.
    </p>
  );
}
