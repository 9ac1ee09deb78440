/** Who is here, as chips: a few by name, the rest as a number. */
import type { Present } from "../hooks/usePresence";
import { compareNames } from "../lib/format";

const NAMED_MAX = 4;

interface PresenceChipsProps {
  /** Undefined while it is loading. */
  present: Present[] | undefined;
  /** What to say when there is none. */
  nobody: string;
}

export function PresenceChips({ present, nobody }: PresenceChipsProps) {
  if (present === undefined) return null;
  // Tutors first: the others look for them.
  const sorted = present.toSorted((a, b) => b.role.localeCompare(a.role) || compareNames(a.name, b.name));
  const rest = sorted.slice(NAMED_MAX);
  return (
    <ul className="chips" aria-label="Here now" data-testid="presence" data-count={present.length}>
      {present.length === 0 && <li className="chip chip-empty">{nobody}</li>}
      {sorted.slice(0, NAMED_MAX).map(({ userId, name }) => (
        <li key={userId} className="chip" data-testid="presence-chip">
          <span className="dot" data-state="online" aria-hidden="true" />
          {name}
        </li>
      ))}
      {rest.length > 0 && (
        <li className="chip" title={rest.map(({ name }) => name).join(", ")}>
          +{rest.length}
        </li>
      )}
    </ul>
  );
}
