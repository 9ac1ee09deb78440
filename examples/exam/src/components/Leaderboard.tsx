/** The ranking of an exam, best first. Nothing here can change it: scores come from the grading service. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { formatClock, formatFullTime, formatNumber } from "../lib/format";

/** @param ownId whose scores are highlighted; null for nobody's */
export function Leaderboard({ examId, ownId }: { examId: string; ownId: string | null }) {
  const scores = useQuery(api.leaderboard.top, { examId });
  return (
    <>
      <div className="pane-head">
        <h2>Ranking</h2>
      </div>
      <div className="pane-body">
        {scores === undefined && <LeaderboardSkeleton />}
        {scores?.length === 0 && <p className="hint">No scores yet. They appear here the moment they are graded.</p>}
        <ol className="scores" data-testid="leaderboard">
          {scores?.map(({ submissionId, studentId, studentName, score, submittedAt }, index) => (
            <li key={submissionId} className="score" data-testid="score" data-own={studentId === ownId}>
              <span className="score-rank">{index + 1}</span>
              <span className="score-name">
                {studentName}
                {studentId === ownId && <span className="score-own"> (you)</span>}
              </span>
              <time className="score-time" dateTime={new Date(submittedAt).toISOString()} title={`Submitted ${formatFullTime(submittedAt)}`}>
                {formatClock(submittedAt)}
              </time>
              <span className="score-value" data-testid="score-value">
                {formatNumber(score)}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function LeaderboardSkeleton() {
  return (
    <div className="skeleton-lines" role="status" aria-label="Loading the ranking">
      <span className="skeleton" />
      <span className="skeleton" />
      <span className="skeleton" />
    </div>
  );
}
