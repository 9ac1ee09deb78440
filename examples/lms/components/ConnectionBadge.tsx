"use client";
/** Whether the page is live: the state of the client's socket, and a line across the page while there is none. */
import { useConvexConnectionState } from "convex/react";
import { useIsMounted } from "@/hooks/useIsMounted";

export function ConnectionBadge() {
  // The server that renders the first HTML opens no socket.
  return useIsMounted() ? <LiveBadge /> : <Badge label="Connecting" isConnected={false} />;
}

function LiveBadge() {
  const { isWebSocketConnected, hasEverConnected, inflightMutations } = useConvexConnectionState();
  const isLost = !isWebSocketConnected && hasEverConnected;
  return (
    <>
      <Badge label={isWebSocketConnected ? "Live" : isLost ? "Reconnecting" : "Connecting"} isConnected={isWebSocketConnected} />
      {isLost && (
        <p className="offline" role="status" data-testid="offline">
          You are offline. What you see is as it was{inflightMutations > 0 ? "; what you wrote is sent when the connection is back." : ", and comes up to date by itself."}
        </p>
      )}
    </>
  );
}

function Badge({ label, isConnected }: { label: string; isConnected: boolean }) {
  return (
    <span className="connection" data-testid="connection" data-connected={isConnected}>
      <span className="connection-dot" aria-hidden="true" />
      <span className="connection-label">{label}</span>
    </span>
  );
}
