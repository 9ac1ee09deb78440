/** What a tutor watches: all sessions of an exam, the chat with one student, violations as they happen and the ranking. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Me } from "../hooks/useChat";
import { usePresence } from "../hooks/usePresence";
import type { Session } from "../lib/watched";
import { ActivityPane } from "./ActivityPane";
import { Avatar } from "./Avatar";
import { ChatPane } from "./ChatPane";
import { ChatIcon, FlagIcon, PeopleIcon } from "./Icons";
import { Panes } from "./Panes";
import { SessionList } from "./SessionList";
import { StandingText } from "./StandingText";

export function TutorView({ me, examId }: { me: Me; examId: string }) {
  const sessions = useQuery(api.proctoring.getExamSessions, { examId });
  const chats = useQuery(api.chat.list, { examId });
  const present = usePresence(examId, me.presenceBeatMs);
  const [shown, setShown] = useState<"students" | "chat" | "activity">("students");
  const [chosenId, setChosenId] = useState<string | null>(null);

  const chosen = sessions?.find(({ studentId }) => studentId === chosenId) ?? null;
  const chatId = chats === undefined ? undefined : (chats.find(({ studentId }) => studentId === chosenId)?._id ?? null);
  const waiting = Object.fromEntries((chats ?? []).map(({ studentId, waitingCount }) => [studentId, waitingCount]));
  const choose = (studentId: string) => {
    setChosenId(studentId);
    setShown("chat");
  };

  return (
    <Panes
      shown={shown}
      onShow={setShown}
      panes={[
        {
          name: "students",
          label: "Students",
          icon: <PeopleIcon />,
          content: <SessionList sessions={sessions} waiting={waiting} chosenId={chosenId} onChoose={choose} />,
        },
        {
          name: "chat",
          label: "Chat",
          icon: <ChatIcon />,
          badge: Object.values(waiting).reduce((sum, count) => sum + count, 0),
          content: (
            <ChatPane
              chatId={chosenId === null ? null : chatId}
              me={me}
              head={chosen === null ? <h2>Chat</h2> : <ChosenStudent session={chosen} />}
              partner={chosen?.studentName ?? "the student"}
              noChat="Choose a student to write to."
            />
          ),
        },
        { name: "activity", label: "Activity", icon: <FlagIcon />, content: <ActivityPane examId={examId} present={present} onChoose={choose} sessions={sessions ?? []} /> },
      ]}
    />
  );
}

function ChosenStudent({ session }: { session: Session }) {
  return (
    <>
      <Avatar name={session.studentName} />
      <div className="chosen">
        <h2 data-testid="chosen-student">{session.studentName}</h2>
        <StandingText session={session} />
      </div>
    </>
  );
}
