/** Sessions as a tutor watches them: in groups, those that need a look first. */
import type { Doc } from "../../convex/_generated/dataModel";
import { compareNames } from "./format";

export type Session = Doc<"examSessions">;
export type Standing = "connected" | "disconnected" | "expired" | "ended";

export interface StandingGroup {
  title: string;
  sessions: Session[];
}

export function standingOf({ status, isConnected }: Session): Standing {
  if (status !== "active") return status;
  return isConnected ? "connected" : "disconnected";
}

/** Without empty groups. */
export function groupSessions(sessions: readonly Session[]): StandingGroup[] {
  const sorted = sessions.toSorted((a, b) => compareNames(a.studentName, b.studentName));
  const having = (...standings: Standing[]) => sorted.filter((session) => standings.includes(standingOf(session)));
  return [
    { title: "Needs a look", sessions: having("disconnected", "expired") },
    { title: "Connected", sessions: having("connected") },
    { title: "Handed in", sessions: having("ended") },
  ].filter((group) => group.sessions.length > 0);
}
