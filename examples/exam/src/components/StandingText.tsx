/** Where a session stands, in words that count on by themselves. */
import { useNow } from "../hooks/useNow";
import { formatAge, formatClock, formatDuration } from "../lib/format";
import { standingOf } from "../lib/watched";
import type { Session } from "../lib/watched";

export function StandingText({ session }: { session: Session }) {
  const standing = standingOf(session);
  return (
    <span className="standing" data-standing={standing}>
      <span className="dot" data-state={standing === "connected" ? "online" : standing === "ended" ? "over" : "offline"} aria-hidden="true" />
      {standing === "connected" && <Elapsed session={session} />}
      {standing === "disconnected" && <SinceDisconnect session={session} />}
      {standing === "expired" && `Expired at ${formatClock(session.endedAt ?? session.connectionChangedAt)}`}
      {standing === "ended" && `Handed in at ${formatClock(session.endedAt ?? session.connectionChangedAt)}`}
    </span>
  );
}

function Elapsed({ session }: { session: Session }) {
  return <>Connected, {formatDuration(useNow() - session.startedAt)}</>;
}

function SinceDisconnect({ session }: { session: Session }) {
  const age = formatAge(useNow() - session.connectionChangedAt);
  return <>Disconnected {age === "now" ? "just now" : `for ${age}`}</>;
}
