/** Times and counts as people read them, in the language of the browser. */

const DAY_MS = 24 * 60 * 60_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const number = new Intl.NumberFormat();

export function formatClock(at: number): string {
  return clock.format(at);
}

export function formatFullTime(at: number): string {
  return fullTime.format(at);
}

/** "Today", "Yesterday", or the day in full. */
export function formatDay(at: number, now: number): string {
  const daysAgo = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  return weekday.format(at);
}

/** As short as a list allows: the time today, the date before. */
export function formatBrief(at: number, now: number): string {
  return startOfDay(at) === startOfDay(now) ? clock.format(at) : shortDate.format(at);
}

export function formatCount(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
