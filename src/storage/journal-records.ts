/**
 * Groups of writes as they lie in a journal file: records, one after another from the start of the file. What follows the last
 * one is left from earlier use of the file, zeros, or a record whose writing was interrupted; its number or its checksum tells.
 *
 *     record    checksum:4  bytes of the operations:4  number:8  journal:16  operations
 *     operation bytes of the key:4  bytes of the value:4, all ones for a deletion  key, Latin-1  value, UTF-8
 *
 * Numbers are little-endian. The checksum is a CRC-32 of everything after it. Records are numbered one by one through the life
 * of a journal, whose own id keeps those of another data file out.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { WriteOp } from "./store.js";

export const JOURNAL_ID_BYTES = 16;
const HEADER_BYTES = 32;
const OPERATION_HEADER_BYTES = 8;
const DELETED = 0xffffffff;
/** A UTF-16 code unit takes no more in UTF-8. */
const BYTES_PER_CHAR_MAX = 3;
/** Below this a loop beats a call into native code. */
const LOOP_CHARS_MAX = 24;
/** What the writer keeps from group to group. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export interface JournalRecord {
  readonly number: number;
  readonly ops: readonly WriteOp[];
  /** Offset in the file of what follows it. */
  readonly end: number;
}

/** Writes records into memory that the next record uses again. */
export class RecordWriter {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);

  constructor(private readonly journalId: Buffer) {}

  /** Good until the next call. */
  record(number: number, ops: readonly WriteOp[]): Buffer {
    const buffer = this.#roomFor(ops);
    let end = HEADER_BYTES;
    for (const op of ops) end = writeOperation(buffer, end, op);
    buffer.writeUInt32LE(end - HEADER_BYTES, 4);
    buffer.writeDoubleLE(number, 8);
    this.journalId.copy(buffer, HEADER_BYTES - JOURNAL_ID_BYTES);
    buffer.writeUInt32LE(crc32(buffer.subarray(4, end)), 0);
    return buffer.subarray(0, end);
  }

  #roomFor(ops: readonly WriteOp[]): Buffer {
    let bytesMax = HEADER_BYTES;
    for (const [key, value] of ops) bytesMax += OPERATION_HEADER_BYTES + key.length + (value?.length ?? 0) * BYTES_PER_CHAR_MAX;
    if (bytesMax <= this.#buffer.length) return this.#buffer;
    const buffer = Buffer.allocUnsafeSlow(bytesMax);
    if (bytesMax <= KEPT_BYTES_MAX) this.#buffer = buffer;
    return buffer;
  }
}

function writeOperation(buffer: Buffer, start: number, [key, value]: WriteOp): number {
  const keyStart = start + OPERATION_HEADER_BYTES;
  const valueStart = keyStart + writeKey(buffer, keyStart, key);
  const valueBytes = value === undefined ? 0 : buffer.write(value, valueStart);
  buffer.writeUInt32LE(key.length, start);
  buffer.writeUInt32LE(value === undefined ? DELETED : valueBytes, start + 4);
  return valueStart + valueBytes;
}

function writeKey(buffer: Buffer, start: number, key: string): number {
  if (key.length > LOOP_CHARS_MAX) return buffer.write(key, start, "latin1");
  for (let i = 0; i < key.length; i++) buffer[start + i] = key.charCodeAt(i);
  return key.length;
}

/**
 * The whole records at the start of a file, numbered one by one, of those after `afterNumber`; none where there is no such file.
 * Those before are passed over by their length alone.
 */
export function readRecords(path: string, journalId: Buffer, afterNumber: number): JournalRecord[] {
  const file = openForReading(path);
  if (file === null) return [];
  try {
    return [...records(new FileReader(file), journalId, afterNumber)];
  } finally {
    closeSync(file);
  }
}

/** Of the first record of a file, whole or not; null where there is none. */
export function journalIdOf(path: string): Buffer | null {
  const file = openForReading(path);
  if (file === null) return null;
  try {
    const id = new FileReader(file).bytes(0, HEADER_BYTES)?.subarray(HEADER_BYTES - JOURNAL_ID_BYTES);
    return id?.some((byte) => byte !== 0) === true ? id : null;
  } finally {
    closeSync(file);
  }
}

function* records(file: FileReader, journalId: Buffer, afterNumber: number): Generator<JournalRecord> {
  let expected: number | null = null;
  for (let start = 0; ; ) {
    const header = file.bytes(start, HEADER_BYTES);
    if (header === null) return;
    const number = header.readDoubleLE(8);
    if (!header.subarray(HEADER_BYTES - JOURNAL_ID_BYTES).equals(journalId) || (expected !== null && number !== expected)) return;
    expected = number + 1;
    const end = start + HEADER_BYTES + header.readUInt32LE(4);
    if (number > afterNumber) {
      const record = file.bytes(start, end - start);
      if (record === null || crc32(record.subarray(4)) !== record.readUInt32LE(0)) return;
      yield { number, ops: operations(record.subarray(HEADER_BYTES)), end };
    }
    start = end;
  }
}

const READ_BYTES = 256 * 1024;

/** Reads from the start of a file to its end, a piece at a time. */
class FileReader {
  #piece = Buffer.alloc(0);
  /** Of the piece in the file. */
  #start = 0;
  readonly #size: number;

  constructor(private readonly file: number) {
    this.#size = fstatSync(file).size;
  }

  /** Good until the next call. Null where the file ends before: a length that was never written may be any. */
  bytes(start: number, length: number): Buffer | null {
    if (start + length > this.#size) return null;
    if (start < this.#start || start + length > this.#start + this.#piece.length) this.#read(start, Math.max(length, READ_BYTES));
    const offset = start - this.#start;
    return offset + length > this.#piece.length ? null : this.#piece.subarray(offset, offset + length);
  }

  #read(start: number, length: number): void {
    const piece = Buffer.allocUnsafe(Math.min(length, this.#size - start));
    let bytes = 0;
    for (let read = -1; bytes < piece.length && read !== 0; bytes += read) read = readSync(this.file, piece, bytes, piece.length - bytes, start + bytes);
    this.#piece = piece.subarray(0, bytes);
    this.#start = start;
  }
}

function operations(body: Buffer): WriteOp[] {
  const ops: WriteOp[] = [];
  for (let start = 0; start < body.length; ) {
    const keyStart = start + OPERATION_HEADER_BYTES;
    const valueStart = keyStart + body.readUInt32LE(start);
    const valueBytes = body.readUInt32LE(start + 4);
    const end = valueStart + (valueBytes === DELETED ? 0 : valueBytes);
    ops.push([body.toString("latin1", keyStart, valueStart), valueBytes === DELETED ? undefined : body.toString("utf8", valueStart, end)]);
    start = end;
  }
  return ops;
}

function openForReading(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
