/** Keeps the chip of whoever has this page open, and says who else is here. */
import { useMutation, useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { useRepeated } from "./useRepeated";

export interface Present {
  userId: string;
  name: string;
  role: "student" | "tutor";
}

/** @returns undefined while it is loading. */
export function usePresence(examId: string, presenceBeatMs: number): Present[] | undefined {
  const beat = useMutation(api.presence.beat);
  useRepeated(() => beat({ examId }), presenceBeatMs, { isFirstAtOnce: true });
  return useQuery(api.presence.list, { examId });
}
