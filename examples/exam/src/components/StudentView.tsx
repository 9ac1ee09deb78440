/** The exam room of a student: the session, the chat with the tutors, the ranking. */
import { useQuery } from "convex/react";
import { useCallback, useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc } from "../../convex/_generated/dataModel";
import type { Me } from "../hooks/useChat";
import { useHeartbeat } from "../hooks/useHeartbeat";
import { usePresence } from "../hooks/usePresence";
import { useViolations } from "../hooks/useViolations";
import { violationText } from "../lib/format";
import { ChatPane } from "./ChatPane";
import { ChatIcon, PaperIcon, RankIcon } from "./Icons";
import { Leaderboard } from "./Leaderboard";
import { Panes } from "./Panes";
import { PresenceChips } from "./PresenceChips";
import { SessionPane } from "./SessionPane";
import { useToasts } from "./Toasts";

export function StudentView({ me, examId }: { me: Me; examId: string }) {
  const session = useQuery(api.proctoring.mySession, { examId });
  const chatId = useQuery(api.chat.mine, { examId });
  const tutors = usePresence(examId, me.presenceBeatMs);
  const acceptedAt = useHeartbeat(session, me.heartbeatMs);
  const [shown, setShown] = useState<"session" | "chat" | "ranking">("session");
  const report = useToasts();
  const onReported = useCallback(
    (kind: Doc<"violations">["kind"]) => report(`${violationText(kind)}: your tutors were told.`),
    [report],
  );
  useViolations(session?.status === "active" ? session._id : null, onReported);

  const chatHead = (
    <>
      <h2>Chat with your tutors</h2>
      <PresenceChips present={tutors} nobody="No tutor is here" />
    </>
  );
  return (
    <Panes
      shown={shown}
      onShow={setShown}
      panes={[
        { name: "session", label: "Session", icon: <PaperIcon />, content: <SessionPane examId={examId} session={session} acceptedAt={acceptedAt} /> },
        {
          name: "chat",
          label: "Chat",
          icon: <ChatIcon />,
          content: <ChatPane chatId={chatId} me={me} head={chatHead} partner="your tutors" noChat="The chat opens when you start the exam." />,
        },
        { name: "ranking", label: "Ranking", icon: <RankIcon />, content: <Leaderboard examId={examId} ownId={me.userId} /> },
      ]}
    />
  );
}
