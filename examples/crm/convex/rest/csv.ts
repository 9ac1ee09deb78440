/** Rows as a file that spreadsheets open (RFC 4180). */

type Cell = string | number | boolean | null;

/** @param nextCursor in a header, for the file that continues this one; null at the end */
export function csvFile<Row extends object>(name: string, columns: readonly (keyof Row & string)[], rows: readonly Row[], nextCursor: string | null): Response {
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => cell(row[column] as Cell)).join(","))];
  const headers = new Headers({ "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="${name}.csv"`, "Cache-Control": "no-store" });
  if (nextCursor !== null) headers.set("X-Next-Cursor", encodeURIComponent(nextCursor));
  return new Response(lines.join("\r\n") + "\r\n", { headers });
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value: Cell): string {
  if (value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
