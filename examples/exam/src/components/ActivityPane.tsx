/** What is going on: who is here, violations as they happen, and the ranking below. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { useNow } from "../hooks/useNow";
import type { Present } from "../hooks/usePresence";
import { formatAge, formatFullTime, violationText } from "../lib/format";
import type { Session } from "../lib/watched";
import { FlagIcon } from "./Icons";
import { Leaderboard } from "./Leaderboard";
import { PresenceChips } from "./PresenceChips";

interface ActivityPaneProps {
  examId: string;
  present: Present[] | undefined;
  sessions: Session[];
  onChoose: (studentId: string) => void;
}

export function ActivityPane({ examId, present, sessions, onChoose }: ActivityPaneProps) {
  return (
    <>
      <div className="part">
        <div className="pane-head">
          <h2>Here now</h2>
        </div>
        <div className="part-body">
          <PresenceChips present={present} nobody="Nobody is here" />
        </div>
      </div>
      <div className="part part-scrolls">
        <div className="pane-head">
          <h2>Violations</h2>
        </div>
        <Violations examId={examId} sessions={sessions} onChoose={onChoose} />
      </div>
      <div className="part part-scrolls">
        <Leaderboard examId={examId} ownId={null} />
      </div>
    </>
  );
}

function Violations({ examId, sessions, onChoose }: Omit<ActivityPaneProps, "present">) {
  const violations = useQuery(api.proctoring.recentViolations, { examId });
  const now = useNow();
  const studentOf = (sessionId: string) => sessions.find(({ _id }) => _id === sessionId)?.studentId;
  return (
    <div className="pane-body" data-testid="violations">
      {violations === undefined && <span className="skeleton" role="status" aria-label="Loading the violations" />}
      {violations?.length === 0 && <p className="hint">None so far.</p>}
      <ol className="violations">
        {violations?.map(({ _id, _creationTime, sessionId, studentName, kind }) => {
          const studentId = studentOf(sessionId);
          return (
            <li key={_id}>
              <button className="violation" data-testid="violation" data-kind={kind} disabled={studentId === undefined} onClick={() => studentId !== undefined && onChoose(studentId)}>
                <FlagIcon />
                <span className="violation-text">
                  <b>{studentName}</b> {violationText(kind).toLowerCase()}
                </span>
                <time dateTime={new Date(_creationTime).toISOString()} title={formatFullTime(_creationTime)}>
                  {formatAge(now - _creationTime)}
                </time>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
