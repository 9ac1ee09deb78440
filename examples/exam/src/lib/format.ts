/** Names, times and counts as people read them, in the language of the browser. */
import type { Doc } from "../../convex/_generated/dataModel";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export const formatClock = (at: number): string => clock.format(at);
export const formatFullTime = (at: number): string => fullTime.format(at);
export const formatNumber = (value: number): string => number.format(value);
/** "Student 2" before "Student 10". */
export const compareNames = (a: string, b: string): number => names.compare(a, b);

export function formatCount(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** 0:07, 12:30, 1:05:00. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, position) => (position === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** "now", "14 s", "3 min", "2 h". */
export function formatAge(ms: number): string {
  if (ms < 2_000) return "now";
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}

/** The exam system knows exams by ids such as "algebra-1": the best name that there is here. */
export function examTitle(examId: string): string {
  const words = examId.replace(/[-_]+/gu, " ").trim();
  return words === "" ? examId : words[0]!.toUpperCase() + words.slice(1);
}

const VIOLATIONS: Readonly<Record<Doc<"violations">["kind"], string>> = {
  tab_hidden: "Left the tab",
  focus_lost: "Left the window",
  copy: "Copied text",
  paste: "Pasted text",
};

export const violationText = (kind: Doc<"violations">["kind"]): string => VIOLATIONS[kind];
