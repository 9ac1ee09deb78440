/**
 * Notices what an exam does not allow: leaving the tab or the window, copying and pasting. The chat with the tutors is
 * exempt from the last two.
 */
import { useMutation } from "convex/react";
import { useEffect } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc, Id } from "../../convex/_generated/dataModel";

type ViolationKind = Doc<"violations">["kind"];

/** Marks parts of the page where copying and pasting are nobody's business. */
export const EXEMPT_ATTRIBUTE = "data-exempt";
/** A tab that is left loses the window's focus a moment earlier. */
const FOCUS_GRACE_MS = 150;

/** @param sessionId null watches nothing */
export function useViolations(sessionId: Id<"examSessions"> | null, onReported: (kind: ViolationKind) => void): void {
  const logViolation = useMutation(api.proctoring.logViolation);
  useEffect(() => {
    if (sessionId === null) return;
    const report = (kind: ViolationKind) => {
      logViolation({ sessionId, kind }).then(
        () => onReported(kind),
        (error: unknown) => console.warn(`The violation "${kind}" was not reported.`, error),
      );
    };
    return watchPage(report);
  }, [sessionId, logViolation, onReported]);
}

function watchPage(report: (kind: ViolationKind) => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("visibilitychange", () => document.hidden && report("tab_hidden"), { signal });
  window.addEventListener("blur", () => setTimeout(() => !document.hidden && !document.hasFocus() && !signal.aborted && report("focus_lost"), FOCUS_GRACE_MS), { signal });
  document.addEventListener("copy", ({ target }) => !isExempt(target) && report("copy"), { signal });
  document.addEventListener("paste", ({ target }) => !isExempt(target) && report("paste"), { signal });
  return () => listening.abort();
}

function isExempt(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`[${EXEMPT_ATTRIBUTE}]`) !== null;
}
