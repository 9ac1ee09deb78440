/** What the engine does for one subject. Unlike the board, this re-runs with every refresh: looking closely has its price. */
import { useQuery } from "convex/react";
import type { ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { useNow } from "../hooks/useNow";
import { formatAgo, formatNumber } from "../lib/format";
import { isHot } from "../lib/states";
import type { SubjectState } from "../lib/states";

export function SyncFigures({ subjectKey }: { subjectKey: string }) {
  const state = useQuery(api.engine.state, { key: subjectKey });
  return (
    <section className="figures" aria-label="How it is kept up to date" data-testid="sync-figures" data-loading={state === undefined}>
      {state === undefined ? <p>Loading…</p> : state === null ? <p>The engine does not know this board.</p> : <Figures state={state} />}
    </section>
  );
}

function Figures({ state }: { state: SubjectState }) {
  const now = useNow();
  const { phase, watchers, syncedAt, changedAt, counts, problem } = state;
  const ago = (at: number | null) => (at === null ? "never" : formatAgo(at, now));
  return (
    <>
      <dl>
        <Figure name="State">
          {isHot(state) ? "hot" : "cold"}, {phase}
        </Figure>
        <Figure name="Looking">{formatNumber(watchers)}</Figure>
        <Figure name="Refreshed">{ago(syncedAt)}</Figure>
        <Figure name="Changed">{ago(changedAt)}</Figure>
        <Figure name="Fetches">{formatNumber(counts.fetches)}</Figure>
        <Figure name="Nothing new">{formatNumber(counts.unchanged)}</Figure>
        <Figure name="Changes">{formatNumber(counts.changed)}</Figure>
        <Figure name="Failures">{formatNumber(counts.failed)}</Figure>
      </dl>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
