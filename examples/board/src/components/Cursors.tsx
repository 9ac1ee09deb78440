/** The cursors of the others. It listens by itself: what moves ten times a second draws nothing else again. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { colourOfSeat } from "../lib/colours";

interface CursorsProps {
  readonly boardId: Id<"boards">;
  readonly ownSeat: number | null;
  readonly scale: number;
}

export function Cursors({ boardId, ownSeat, scale }: CursorsProps) {
  const cursors = useQuery(api.presence.cursors, { boardId }) ?? [];
  const visitors = useQuery(api.presence.here, { boardId }) ?? [];
  const names = new Map(visitors.map(({ seat, name }) => [seat, name]));
  return (
    <div className="cursors" aria-hidden="true">
      {cursors
        .filter(({ seat }) => seat !== ownSeat)
        .map(({ seat, x, y }) => (
          <div key={seat} className="cursor" style={{ transform: `translate(${x}px, ${y}px) scale(${1 / scale})`, color: colourOfSeat(seat) }} data-testid="cursor" data-name={names.get(seat)} data-x={x} data-y={y}>
            <svg viewBox="0 0 20 20" focusable="false">
              <path d="M2 2 8.2 18l2.4-7.4L18 8.2Z" />
            </svg>
            <span>{names.get(seat)}</span>
          </div>
        ))}
    </div>
  );
}
