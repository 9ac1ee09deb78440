/** Whether the page is live: the state of the client's socket. */
import { useConvexConnectionState } from "convex/react";

export function ConnectionBadge() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const label = isWebSocketConnected ? "Live" : hasEverConnected ? "Reconnecting" : "Connecting";
  return (
    <span className="connection" role="status" data-testid="connection" data-connected={isWebSocketConnected}>
      <span className="connection-dot" aria-hidden="true" />
      {label}
    </span>
  );
}
