/** All sessions of an exam: figures at the top, then the students in groups. */
import { formatCount } from "../lib/format";
import { groupSessions, standingOf } from "../lib/watched";
import type { Session } from "../lib/watched";
import { Avatar } from "./Avatar";
import { FlagIcon } from "./Icons";
import { StandingText } from "./StandingText";

interface SessionListProps {
  /** Undefined while they are loading. */
  sessions: Session[] | undefined;
  /** Unread messages by student. */
  waiting: Readonly<Record<string, number>>;
  chosenId: string | null;
  onChoose: (studentId: string) => void;
}

export function SessionList({ sessions, waiting, chosenId, onChoose }: SessionListProps) {
  return (
    <>
      <div className="pane-head">
        <h2>Students</h2>
        {sessions?.some(({ status }) => status === "active") && <Figures sessions={sessions} />}
      </div>
      <div className="pane-body" data-testid="session-list" data-loading={sessions === undefined}>
        {sessions === undefined && <ListSkeleton />}
        {sessions?.length === 0 && <p className="hint">Nobody has started yet. Students appear here the moment they do.</p>}
        {groupSessions(sessions ?? []).map((group) => (
          <section key={group.title} className="group">
            <h3 className="section-title">
              {group.title} <span>{group.sessions.length}</span>
            </h3>
            <ul>
              {group.sessions.map((session) => (
                <SessionRow key={session._id} session={session} waiting={waiting[session.studentId] ?? 0} isChosen={session.studentId === chosenId} onChoose={onChoose} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function Figures({ sessions }: { sessions: Session[] }) {
  const connected = sessions.filter((session) => standingOf(session) === "connected").length;
  const active = sessions.filter(({ status }) => status === "active").length;
  return (
    <p className="figures" role="status" data-testid="figures">
      {connected} of {active} connected
    </p>
  );
}

interface SessionRowProps {
  session: Session;
  waiting: number;
  isChosen: boolean;
  onChoose: (studentId: string) => void;
}

function SessionRow({ session, waiting, isChosen, onChoose }: SessionRowProps) {
  const { studentId, studentName, violationCount } = session;
  return (
    <li>
      <button
        className="session-row"
        aria-current={isChosen}
        onClick={() => onChoose(studentId)}
        data-testid="session-row"
        data-student={studentId}
        data-standing={standingOf(session)}
        data-violations={violationCount}
        data-waiting={waiting}
      >
        <Avatar name={studentName} />
        <span className="session-text">
          <span className="session-name">{studentName}</span>
          <StandingText session={session} />
        </span>
        {violationCount > 0 && (
          <span className="flag" title={formatCount(violationCount, "violation")} aria-label={formatCount(violationCount, "violation")}>
            <FlagIcon />
            {violationCount}
          </span>
        )}
        {waiting > 0 && (
          <span className="badge" aria-label={formatCount(waiting, "unread message")}>
            {waiting}
          </span>
        )}
      </button>
    </li>
  );
}

function ListSkeleton() {
  return (
    <div className="skeleton-lines" role="status" aria-label="Loading the sessions">
      <span className="skeleton" />
      <span className="skeleton" />
      <span className="skeleton" />
    </div>
  );
}
