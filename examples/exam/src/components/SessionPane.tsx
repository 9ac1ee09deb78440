/** The student's session, from "ready" to "handed in". */
import { useMutation } from "convex/react";
import { useRef, useState } from "react";
import type { ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc } from "../../convex/_generated/dataModel";
import { useNow } from "../hooks/useNow";
import { describeFailure } from "../lib/failure";
import { formatAge, formatClock, formatCount, formatDuration } from "../lib/format";
import { useToasts } from "./Toasts";

interface SessionPaneProps {
  examId: string;
  /** Undefined while it is loading, null before the start. */
  session: Doc<"examSessions"> | null | undefined;
  acceptedAt: number | null;
}

export function SessionPane({ examId, session, acceptedAt }: SessionPaneProps) {
  return (
    <>
      <div className="pane-head">
        <h2>Your session</h2>
      </div>
      <div className="pane-body session" data-testid="session" data-status={session === undefined ? "loading" : (session?.status ?? "ready")}>
        <SessionState examId={examId} session={session} acceptedAt={acceptedAt} />
      </div>
    </>
  );
}

function SessionState({ examId, session, acceptedAt }: SessionPaneProps) {
  if (session === undefined) return <SessionSkeleton />;
  if (session === null) {
    return (
      <StateCard title="Ready when you are" text="While the exam runs, this page tells your tutors that you are here. It also tells them when you leave it, and when you copy or paste.">
        <StartButton examId={examId} label="Start the exam" />
      </StateCard>
    );
  }
  switch (session.status) {
    case "active":
      return <RunningSession session={session} acceptedAt={acceptedAt} />;
    case "expired":
      return (
        <StateCard title="Session expired" text="Nothing was heard of this page for more than two minutes. Your tutors know; you can go on." tone="warn">
          <StartButton examId={examId} label="Go on" />
        </StateCard>
      );
    case "ended":
      return <StateCard title="Handed in" text={`You handed in at ${formatClock(session.endedAt ?? session._creationTime)}. Your score appears in the ranking as soon as it is graded.`} tone="good" />;
  }
}

function StateCard({ title, text, tone, children }: { title: string; text: string; tone?: "warn" | "good"; children?: ReactNode }) {
  return (
    <div className="card" data-tone={tone}>
      <h3>{title}</h3>
      <p>{text}</p>
      {children}
    </div>
  );
}

function StartButton({ examId, label }: { examId: string; label: string }) {
  const start = useMutation(api.proctoring.startSession);
  const report = useToasts();
  const [isStarting, setStarting] = useState(false);
  const onClick = () => {
    setStarting(true);
    start({ examId })
      .catch((error: unknown) => report(describeFailure("The exam was not started", error)))
      .finally(() => setStarting(false));
  };
  return (
    <button className="button" onClick={onClick} disabled={isStarting} data-testid="start">
      {isStarting ? "Starting…" : label}
    </button>
  );
}

function RunningSession({ session, acceptedAt }: { session: Doc<"examSessions">; acceptedAt: number | null }) {
  const now = useNow();
  const reported = session.violationCount;
  return (
    <>
      <div className="card" data-tone={session.isConnected ? undefined : "warn"}>
        <h3>{session.isConnected ? "In progress" : "Not connected"}</h3>
        <p className="elapsed" role="timer" aria-label="Time since the start">
          {formatDuration(now - session.startedAt)}
        </p>
        <dl className="facts">
          <dt>Heartbeat</dt>
          <dd data-testid="heartbeat" data-accepted={acceptedAt !== null}>
            <span key={acceptedAt} className="pulse" aria-hidden="true" />
            {acceptedAt === null ? "Starting" : formatAge(now - acceptedAt) === "now" ? "Just now" : `${formatAge(now - acceptedAt)} ago`}
          </dd>
          <dt>Reported</dt>
          <dd data-testid="reported" data-count={reported} data-tone={reported > 0 ? "warn" : undefined}>
            {reported === 0 ? "Nothing" : formatCount(reported, "event")}
          </dd>
        </dl>
        <HandIn sessionId={session._id} />
      </div>
      <p className="aside">Stay on this page until you hand in. If the connection drops, it comes back by itself.</p>
    </>
  );
}

function HandIn({ sessionId }: { sessionId: Doc<"examSessions">["_id"] }) {
  const end = useMutation(api.proctoring.endSession);
  const report = useToasts();
  const dialog = useRef<HTMLDialogElement>(null);
  const handIn = () => {
    dialog.current?.close();
    end({ sessionId }).catch((error: unknown) => report(describeFailure("The exam was not handed in", error)));
  };
  return (
    <>
      <button className="button" data-kind="quiet" onClick={() => dialog.current?.showModal()} data-testid="hand-in">
        Hand in
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="hand-in-title">
        <h3 id="hand-in-title">Hand in now?</h3>
        <p>The session ends, and it cannot be started again.</p>
        <div className="dialog-buttons">
          <button className="button" data-kind="quiet" onClick={() => dialog.current?.close()}>
            Keep working
          </button>
          <button className="button" onClick={handIn} data-testid="hand-in-confirm">
            Hand in
          </button>
        </div>
      </dialog>
    </>
  );
}

function SessionSkeleton() {
  return (
    <div className="card" role="status" aria-label="Loading your session">
      <span className="skeleton" style={{ width: "45%" }} />
      <span className="skeleton" style={{ width: "90%" }} />
      <span className="skeleton" style={{ width: "70%" }} />
    </div>
  );
}
