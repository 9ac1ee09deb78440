/** The instruments: workers, queue, token bucket, and what came of the refreshes. */
import type { FunctionReturnType } from "convex/server";
import type { ReactNode } from "react";
import type { api } from "../../convex/_generated/api";
import { useBucket } from "../hooks/useBucket";
import { formatCount, formatNumber } from "../lib/format";
import { totalCounts } from "../lib/states";
import type { Counts, SubjectState } from "../lib/states";

type EngineStates = FunctionReturnType<typeof api.engine.states>;

export function EnginePanel({ engine }: { engine: EngineStates | undefined }) {
  const subjects = engine?.subjects ?? [];
  return (
    <section className="engine" aria-label="The engine" data-testid="engine" data-loading={engine === undefined}>
      <Workers subjects={subjects} workersMax={engine?.workersMax ?? 4} />
      <Queue subjects={subjects} />
      <Bucket />
      <Refreshes counts={totalCounts(subjects)} />
    </section>
  );
}

function Instrument({ name, value, unit, children }: { name: string; value: string; unit: string; children: ReactNode }) {
  return (
    <div className="instrument">
      <h2>{name}</h2>
      <p className="reading">
        <b>{value}</b> {unit}
      </p>
      {children}
    </div>
  );
}

const Caption = ({ children }: { children: ReactNode }) => <p className="caption">{children}</p>;

function Workers({ subjects, workersMax }: { subjects: readonly SubjectState[]; workersMax: number }) {
  const busy = subjects.filter(({ phase }) => phase === "running").length;
  return (
    <Instrument name="Workers" value={formatNumber(busy)} unit={`of ${workersMax} fetching`}>
      <div className="lamps" data-testid="engine-workers" data-count={busy}>
        {Array.from({ length: workersMax }, (_, index) => (
          <span key={index} className="lamp" data-lit={index < busy} />
        ))}
      </div>
      <Caption>never more at a time</Caption>
    </Instrument>
  );
}

function Queue({ subjects }: { subjects: readonly SubjectState[] }) {
  const waiting = subjects.filter(({ phase }) => phase === "queued").length;
  const hot = subjects.filter(({ watchers }) => watchers > 0).length;
  return (
    <Instrument name="Queue" value={formatNumber(waiting)} unit="waiting">
      <Bar testId="engine-queue" value={waiting} max={Math.max(hot, waiting, 1)} tone="queue" />
      <Caption>of {formatCount(hot, "hot subject")}</Caption>
    </Instrument>
  );
}

function Bucket() {
  const level = useBucket();
  const { tokens, capacity, perMinute } = level ?? { tokens: 0, capacity: 1, perMinute: 0 };
  return (
    <Instrument name="Tokens" value={level === undefined ? "–" : formatNumber(tokens)} unit={level === undefined ? "" : `of ${formatNumber(capacity)}`}>
      <Bar testId="engine-tokens" value={Math.max(0, tokens)} max={capacity} tone="tokens" />
      <Caption>one a fetch, {formatNumber(perMinute)} more a minute</Caption>
    </Instrument>
  );
}

function Bar({ testId, value, max, tone }: { testId: string; value: number; max: number; tone: string }) {
  return (
    <div className="bar" data-tone={tone} data-testid={testId} data-count={value}>
      <span style={{ inlineSize: `${(100 * value) / max}%` }} />
    </div>
  );
}

const OUTCOMES = [
  ["changed", "changed"],
  ["unchanged", "nothing new"],
  ["failed", "failed"],
] as const;

function Refreshes({ counts }: { counts: Counts }) {
  return (
    <Instrument name="Refreshes" value={formatNumber(counts.fetches)} unit={counts.fetches === 1 ? "fetch" : "fetches"}>
      <div className="bar" data-testid="engine-counts" data-fetches={counts.fetches} data-changed={counts.changed} data-unchanged={counts.unchanged} data-failed={counts.failed}>
        {OUTCOMES.map(([name]) => (
          <span key={name} data-outcome={name} style={{ inlineSize: `${(100 * counts[name]) / Math.max(counts.fetches, 1)}%` }} />
        ))}
      </div>
      <ul className="legend">
        {OUTCOMES.map(([name, label]) => (
          <li key={name} data-outcome={name}>
            {formatNumber(counts[name])} {label}
          </li>
        ))}
      </ul>
    </Instrument>
  );
}
