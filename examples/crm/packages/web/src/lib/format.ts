/** Money, times and counts as people read them, in the language of the browser. */

const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
const shortMoney = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR", notation: "compact", maximumFractionDigits: 1 });
const number = new Intl.NumberFormat();
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const DAY_MS = 86_400_000;

export const formatMoney = (cents: number): string => money.format(cents / 100);
export const formatShortMoney = (cents: number): string => shortMoney.format(cents / 100);
export const formatMoment = (at: number): string => moment.format(at);

export function formatCount(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "today", "tomorrow", "in 3 days", "2 days ago", "4 May". */
export function formatDay(at: number, now: number): string {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY_MS);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  if (Math.abs(days) > 13) return day.format(at);
  return days > 0 ? `in ${days} days` : `${-days} days ago`;
}

/** "2030-01-31" for a date field, and back to the end of that day. */
export function dayFromField(value: string): number | null {
  const at = value === "" ? Number.NaN : new Date(`${value}T17:00:00`).getTime();
  return Number.isNaN(at) ? null : at;
}

/** "1,250.50" or "1250" to cents; null for what is no amount. */
export function centsFromField(value: string): number | null {
  const amount = Number(value.replace(/[\s,]/g, ""));
  return value.trim() === "" || !Number.isFinite(amount) || amount < 0 ? null : Math.round(amount * 100);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
