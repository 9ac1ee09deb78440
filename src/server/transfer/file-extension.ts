/** Names of exported files end as people expect of their type. Nothing depends on it: files are found by what stands before the point. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ["application/json", "json"],
  ["application/pdf", "pdf"],
  ["application/zip", "zip"],
  ["audio/mpeg", "mp3"],
  ["audio/ogg", "ogg"],
  ["audio/wav", "wav"],
  ["image/avif", "avif"],
  ["image/gif", "gif"],
  ["image/jpeg", "jpeg"],
  ["image/png", "png"],
  ["image/svg+xml", "svg"],
  ["image/webp", "webp"],
  ["text/css", "css"],
  ["text/csv", "csv"],
  ["text/html", "html"],
  ["text/javascript", "js"],
  ["text/markdown", "md"],
  ["text/plain", "txt"],
  ["video/mp4", "mp4"],
  ["video/webm", "webm"],
]);

/** With its point; "" where none is known. */
export function extensionOf(contentType: string | null): string {
  const extension = EXTENSIONS.get((contentType ?? "").split(";")[0]!.trim().toLowerCase());
  return extension === undefined ? "" : `.${extension}`;
}
