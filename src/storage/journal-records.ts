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
import { closeSync, openSync, readSync } from "node:fs";
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
    return [...records(file, journalId, afterNumber)];
  } finally {
    closeSync(file);
  }
}

/** Of the first record of a file, whole or not; null where there is none. */
export function journalIdOf(path: string): Buffer | null {
  const file = openForReading(path);
  if (file === null) return null;
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    if (!readWhole(file, header, 0)) return null;
    const id = header.subarray(HEADER_BYTES - JOURNAL_ID_BYTES);
    return id.some((byte) => byte !== 0) ? id : null;
  } finally {
    closeSync(file);
  }
}

function* records(file: number, journalId: Buffer, afterNumber: number): Generator<JournalRecord> {
  const header = Buffer.alloc(HEADER_BYTES);
  let expected: number | null = null;
  for (let start = 0; ; ) {
    if (!readWhole(file, header, start)) return;
    const length = header.readUInt32LE(4);
    const number = header.readDoubleLE(8);
    if (!header.subarray(HEADER_BYTES - JOURNAL_ID_BYTES).equals(journalId) || (expected !== null && number !== expected)) return;
    expected = number + 1;
    const end = start + HEADER_BYTES + length;
    if (number > afterNumber) {
      const body = readBody(file, start + HEADER_BYTES, length);
      if (body === null || crc32(body, crc32(header.subarray(4))) !== header.readUInt32LE(0)) return;
      yield { number, ops: operations(body), end };
    }
    start = end;
  }
}

/** Null where the file ends before; a length that was never written would ask for any amount of memory. */
function readBody(file: number, start: number, length: number): Buffer | null {
  if (length > 0 && !readWhole(file, Buffer.alloc(1), start + length - 1)) return null;
  const body = Buffer.allocUnsafe(length);
  return readWhole(file, body, start) ? body : null;
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

/** False where the file ends before. */
function readWhole(file: number, target: Buffer, position: number): boolean {
  let bytes = 0;
  while (bytes < target.length) {
    const read = readSync(file, target, bytes, target.length - bytes, position + bytes);
    if (read === 0) return false;
    bytes += read;
  }
  return true;
}
