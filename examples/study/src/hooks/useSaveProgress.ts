/** Saving an answer or a flag: on the screen at once, and taken back when the server refuses it. */
import { useMutation } from "convex/react";
import { useCallback } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useToasts } from "../components/Toasts";
import { describeFailure } from "../lib/failure";
import type { Question } from "../lib/types";

interface Place {
  readonly userId: Id<"users">;
  readonly classId: Id<"class">;
  readonly moduleId: Id<"module">;
}

export interface Change {
  readonly selectedOption?: number;
  readonly isFlagged?: boolean;
}

export function useSaveProgress({ userId, classId, moduleId }: Place, question: Question): (change: Change) => void {
  const report = useToasts();
  const mutate = useMutation(api.progress.saveUserProgress);
  return useCallback(
    (change: Change) => {
      const save = mutate.withOptimisticUpdate((store, { questionId, selectedOption, isFlagged }) => {
        const progress = store.getQuery(api.progress.getUserClassProgress, { userId, classId });
        if (progress === undefined) return;
        const before = progress.find((record) => record.questionId === questionId);
        const option = selectedOption ?? before?.selectedOption ?? null;
        const after = { questionId, moduleId, selectedOption: option, isCorrect: option === question.answer, isFlagged: isFlagged ?? before?.isFlagged ?? false };
        store.setQuery(api.progress.getUserClassProgress, { userId, classId }, before === undefined ? [...progress, after] : progress.map((record) => (record === before ? after : record)));
      });
      save({ userId, questionId: question._id, ...change }).catch((error: unknown) => report(describeFailure("The answer was not saved", error)));
    },
    [mutate, report, userId, classId, moduleId, question],
  );
}
