/** Numbers and times as people read them. Times are told once the page is in a browser, in its own language and time zone. */

const day = { weekday: "short", day: "numeric", month: "short" } as const;
const minute = { ...day, hour: "2-digit", minute: "2-digit" } as const;

export const formatTime = (time: number): string => new Intl.DateTimeFormat(undefined, minute).format(time);

export const formatDay = (time: number): string => new Intl.DateTimeFormat(undefined, day).format(time);

export const formatDue = (dueAt: number | null): string => (dueAt === null ? "No end" : `Due ${formatTime(dueAt)}`);

export function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / 1024 / 102.4) / 10} MiB`;
}
