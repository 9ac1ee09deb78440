/**
 * The notes of a board and what can be done with them. Everything is on screen at once, has a way back (undo), and is said to have
 * failed where the server refuses it.
 */
import { useMutation, useQuery } from "convex/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useToasts } from "../components/Toasts";
import { NoteActions } from "../lib/noteActions";
import type { NoteCalls } from "../lib/noteActions";
import { showChanged, showCreated, showRemoved, showRestored } from "../lib/noteUpdates";
import type { Note } from "../lib/types";
import { useLatest } from "./useLatest";

export interface Notes {
  /** Undefined while they load. */
  readonly notes: readonly Note[] | undefined;
  readonly actions: NoteActions;
  /** Changes that the server has not answered yet. */
  readonly pending: number;
  readonly canUndo: boolean;
}

export function useNotes(boardId: Id<"boards">): Notes {
  const calls = useNoteCalls();
  const report = useLatest(useToasts());
  const notes = useQuery(api.notes.list, { boardId });
  const [pending, setPending] = useState(0);
  const [steps, setSteps] = useState(0);
  const actions = useMemo(
    () => new NoteActions(calls, boardId, { onPending: setPending, onSteps: setSteps, onFailure: (text) => report.current(text) }),
    [calls, boardId, report],
  );
  useWarning(pending > 0);
  return { notes, actions, pending, canUndo: steps > 0 };
}

/** Each with what it shows before it is answered. */
function useNoteCalls(): NoteCalls {
  const create = useMutation(api.notes.create);
  const change = useMutation(api.notes.change);
  const remove = useMutation(api.notes.remove);
  const restore = useMutation(api.notes.restore);
  return useMemo(
    () => ({
      create: create.withOptimisticUpdate(showCreated),
      change: change.withOptimisticUpdate(showChanged),
      remove: remove.withOptimisticUpdate(showRemoved),
      restore: (removed) => restore.withOptimisticUpdate(showRestored(removed)),
    }),
    [create, change, remove, restore],
  );
}

/** The browser asks before it closes a page with changes that nobody else has. */
function useWarning(isOn: boolean): void {
  const isOnNow = useRef(isOn);
  isOnNow.current = isOn;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (isOnNow.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);
}
