/** Who is on the board: faces, and all names behind them. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { colourOfSeat, initialsOf } from "../lib/colours";
import type { Visitor } from "../lib/types";

const FACES_MAX = 4;

export function People({ boardId, ownSeat }: { boardId: Id<"boards">; ownSeat: number | null }) {
  const visitors = useQuery(api.presence.here, { boardId }) ?? [];
  const people = visitors.toSorted((a, b) => Number(b.seat === ownSeat) - Number(a.seat === ownSeat));
  const hidden = people.length - FACES_MAX;
  return (
    <details className="people" data-testid="people" data-count={people.length}>
      <summary aria-label={`${people.length} ${people.length === 1 ? "person" : "people"} here`}>
        {people.slice(0, FACES_MAX).map((visitor) => (
          <Face key={visitor.seat} visitor={visitor} />
        ))}
        {hidden > 0 && <span className="face">+{hidden}</span>}
      </summary>
      <ul className="card people-list" aria-label="Who is here">
        {people.map((visitor) => (
          <li key={visitor.seat} data-testid="person" data-name={visitor.name}>
            <Face visitor={visitor} />
            {visitor.name}
            {visitor.seat === ownSeat && <span className="faint">you</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Face({ visitor: { seat, name } }: { visitor: Visitor }) {
  return (
    <span className="face" style={{ background: colourOfSeat(seat), color: "#fff" }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
