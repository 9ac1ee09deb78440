/**
 * The rows of an imported file, in each of its formats: JSON lines, a JSON array, CSV. Bytes go in as they come and rows come
 * out in batches, so that a file of any size takes the memory of a few rows. Values are what JSON says; what they are in the
 * database is decided by document-reader.ts.
 */
import { Readable } from "node:stream";
import { parse as parseCsv, type CsvError } from "csv-parse";
import type { JsonValue } from "../../values/value.js";
import { ImportError } from "./import-error.js";

export interface Row {
  /** As errors name it: "line 3". */
  readonly where: string;
  readonly json: JsonValue;
}

export type RowFormat = "csv" | "jsonLines" | "jsonArray";
type Body = AsyncIterable<Uint8Array>;
export type Rows = AsyncGenerator<readonly Row[], void, undefined>;

/** A document of 1 MiB may take more as text: escapes, spaces, bytes in base64. */
const ROW_BYTES_MAX = 16 * 2 ** 20;
/** The public limit. */
const ARRAY_BYTES_MAX = 8 * 2 ** 20;
const BATCH_ROWS = 200;
/** Of a batch: rows may be large. */
const BATCH_BYTES = 1024 * 1024;
const NEWLINE = 10;
const BYTE_ORDER_MARK = "\ufeff";

/** Throws {@link ImportError}. */
export function rowsOf(format: RowFormat, body: Body): Rows {
  switch (format) {
    case "jsonLines":
      return jsonLines(body);
    case "jsonArray":
      return jsonArray(body);
    case "csv":
      return csvRows(body);
  }
}

async function* jsonLines(body: Body): Rows {
  let line = 0;
  for await (const lines of linesOf(body)) {
    const rows: Row[] = [];
    for (const bytes of lines) {
      const where = `line ${++line}`;
      const text = withoutMark(decodeText(bytes, where), line);
      if (text.trim() !== "") rows.push({ where, json: parseJson(text, where) });
    }
    yield rows;
  }
}

/** In batches, without their ends. */
async function* linesOf(body: Body): AsyncGenerator<readonly Uint8Array[]> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let line = 1;
  for await (const chunk of body) {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(rest.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...rest, chunk.subarray(start, end)]));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    line += lines.length;
    if (start < chunk.length) rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > ROW_BYTES_MAX) throw new ImportError(`line ${line}: the line is longer than ${ROW_BYTES_MAX / 2 ** 20} MiB, and a document has 1 MiB at most. JSON lines have one document on each line.`);
    for (let i = 0; i < lines.length; i += BATCH_ROWS) yield lines.slice(i, i + BATCH_ROWS);
  }
  if (restBytes > 0) yield [Buffer.concat(rest)];
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ImportError(`${where}: the text is not UTF-8. Save the file as UTF-8.`);
  }
}

function withoutMark(text: string, line: number): string {
  return line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function parseJson(text: string, where: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new ImportError(`${where}: this is not JSON (${(error as Error).message}). JSON lines have one JSON object on each line.`);
  }
}

async function* jsonArray(body: Body): Rows {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > ARRAY_BYTES_MAX) throw new ImportError("The JSON array is larger than 8 MiB. Import more as JSON lines, one object on each line: jq -c '.[]' data.json > data.jsonl");
    chunks.push(chunk);
  }
  const text = withoutMark(decodeText(Buffer.concat(chunks), "The file"), 1);
  const json = text.trim() === "" ? [] : parseArray(text);
  for (let i = 0; i < json.length; i += BATCH_ROWS) yield json.slice(i, i + BATCH_ROWS).map((element, j) => ({ where: `element ${i + j + 1}`, json: element }));
}

function parseArray(text: string): JsonValue[] {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new ImportError(`${placeOf(error as Error, text)}: this is not JSON (${(error as Error).message}). The file must be one JSON array of objects.`);
  }
  if (!Array.isArray(json)) throw new ImportError("The file is JSON, but no array. It must be an array of objects; a file with one object on each line is imported with --format jsonLines.");
  return json;
}

function placeOf({ message }: Error, text: string): string {
  const [, position] = /position (\d+)/.exec(message) ?? [];
  return `line ${position === undefined ? text.split("\n").length : text.slice(0, Number(position)).split("\n").length}`;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly bytes: number };
}

async function* csvRows(body: Body): Rows {
  const parser = Readable.from(textOf(body)).compose(parseCsv({ bom: true, info: true, skip_empty_lines: true, max_record_size: ROW_BYTES_MAX })) as AsyncIterable<CsvRecord>;
  let header: readonly string[] | null = null;
  let rows: Row[] = [];
  let bytesBefore = 0;
  try {
    for await (const { record, info } of parser) {
      if (header === null) header = checkedHeader(record);
      else rows.push({ where: `line ${info.lines}`, json: rowOf(header, record) });
      if (rows.length < BATCH_ROWS && info.bytes - bytesBefore < BATCH_BYTES) continue;
      yield rows;
      rows = [];
      bytesBefore = info.bytes;
    }
  } catch (error) {
    throw csvError(error as Error);
  }
  yield rows;
}

/** Refuses what is not UTF-8, which the parser would take for other characters. */
async function* textOf(body: Body): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw new ImportError(`After line ${line}: the text is not UTF-8. Save the file as UTF-8.`);
    }
  };
  for await (const chunk of body) {
    const text = decode(chunk);
    line += text.split("\n").length - 1;
    yield text;
  }
  yield decode();
}

function checkedHeader(names: readonly string[]): readonly string[] {
  for (const [i, name] of names.entries()) {
    if (name === "") throw new ImportError(`line 1: column ${i + 1} has no name. The first line of a CSV file names the fields.`);
    if (names.indexOf(name) !== i) throw new ImportError(`line 1: two columns are named ${JSON.stringify(name)}. Rename or remove one.`);
  }
  return names;
}

function rowOf(header: readonly string[], record: readonly string[]): JsonValue {
  return Object.fromEntries(header.map((name, i) => [name, name === "_id" ? record[i]! : cellOf(record[i]!)]));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number where it reads as one, a text otherwise; too large a number stays text. */
function cellOf(text: string): number | string {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : text;
}

function csvError(error: Error): Error {
  if (error instanceof ImportError) return error;
  const { code, lines } = error as Partial<CsvError> & { readonly lines?: number };
  if (code === undefined || !code.startsWith("CSV_")) return error;
  return new ImportError(`line ${lines ?? 1}: this is not CSV (${error.message}). Every row has as many columns as the first line, and a quote inside of a quoted value is doubled.`);
}
