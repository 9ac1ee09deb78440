/** The bar at the top: which exam, whether the page is live, and who is signed in. */
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Me } from "../hooks/useChat";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { examTitle } from "../lib/format";
import { Avatar } from "./Avatar";
import { ConnectionBadge } from "./ConnectionBadge";
import { HallMark, LeaveIcon } from "./Icons";

interface HeaderProps {
  me: Me;
  examId: string | undefined;
  onExamChange: (examId: string) => void;
}

export function Header({ me, examId, onExamChange }: HeaderProps) {
  return (
    <header className="header">
      <HallMark />
      <div className="heading">
        <h1 className="exam-title" data-testid="exam-title">
          {examId === undefined ? "Exam Hall" : examTitle(examId)}
        </h1>
        {me.exams.length > 1 && <ExamChoice exams={me.exams} examId={examId} onChange={onExamChange} />}
      </div>
      <ConnectionBadge />
      <div className="account">
        <Avatar name={me.name} />
        <span className="account-name" data-testid="my-name">
          {me.name}
        </span>
        <SignOutButton examId={examId} />
      </div>
    </header>
  );
}

function ExamChoice({ exams, examId, onChange }: { exams: string[]; examId: string | undefined; onChange: (examId: string) => void }) {
  return (
    <select className="exam-choice" value={examId} onChange={(event) => onChange(event.target.value)} aria-label="Exam">
      {exams.map((id) => (
        <option key={id} value={id}>
          {examTitle(id)}
        </option>
      ))}
    </select>
  );
}

function SignOutButton({ examId }: { examId: string | undefined }) {
  const session = useIssuerSession();
  const leave = useMutation(api.presence.leave);
  const signOut = () => {
    // The chip goes at once where it can; otherwise it goes by itself.
    const left = examId === undefined ? Promise.resolve(null) : leave({ examId });
    left.catch((error: unknown) => console.warn("The presence chip stays for a minute.", error)).finally(() => session.signOut());
  };
  return (
    <button className="icon-button" onClick={signOut} aria-label="Sign out" title="Sign out" data-testid="sign-out">
      <LeaveIcon />
    </button>
  );
}
