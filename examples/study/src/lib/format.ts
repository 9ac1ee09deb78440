/** Numbers and times as people read them, in the language of the browser. */
const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

export const formatNumber = (value: number): string => number.format(value);

export function formatCount(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A dash where there is nothing to be a part of. */
export const formatShare = (part: number, whole: number): string => (whole === 0 ? "–" : percent.format(part / whole));

/** "3:07" */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${number.format(Math.round(bytes / 1024))} KiB` : `${number.format(Math.round(bytes / 1024 / 102.4) / 10)} MiB`;
}
