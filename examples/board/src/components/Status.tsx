/** Whether the page is live, and whether what was done here is saved. */
import { useConvexConnectionState } from "convex/react";

export function Status({ pending }: { pending: number }) {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const label = isWebSocketConnected ? (pending > 0 ? "Saving" : "Live") : hasEverConnected ? "Offline" : "Connecting";
  return (
    <span className="connection" role="status" data-testid="connection" data-connected={isWebSocketConnected} data-pending={pending}>
      <span className="connection-dot" aria-hidden="true" />
      <span className="connection-word">{label}</span>
    </span>
  );
}

/** Only after the page was live: before, it shows that it loads. */
export function OfflineNotice() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  if (isWebSocketConnected || !hasEverConnected) return null;
  return (
    <p className="offline" role="status" data-testid="offline">
      No connection. Go on: what you change is kept here, and sent when it is back.
    </p>
  );
}
