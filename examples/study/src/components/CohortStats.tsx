/** The sums of a cohort: one document, however much it has done. */
import { formatNumber, formatShare } from "../lib/format";

interface CohortStatsProps {
  stats: { students: number; answered: number; correct: number; flagged: number } | undefined;
}

export function CohortStats({ stats }: CohortStatsProps) {
  const figures = [
    ["students", stats && formatNumber(stats.students)],
    ["answers", stats && formatNumber(stats.answered)],
    ["right", stats && formatShare(stats.correct, stats.answered)],
    ["flags", stats && formatNumber(stats.flagged)],
  ] as const;
  return (
    <dl className="figures" data-testid="cohort-stats" data-students={stats?.students} data-answered={stats?.answered} data-correct={stats?.correct} data-flagged={stats?.flagged}>
      {figures.map(([name, value]) => (
        <div key={name} className="card figure">
          <dt>{name}</dt>
          <dd>{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
