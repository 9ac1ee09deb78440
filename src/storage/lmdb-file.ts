/**
 * Reads just enough of LMDB's file format (version 2, `MDB_meta` in lmdb-js's `mdb.c`) to refuse a file that LMDB would
 * misread: LMDB trusts the second meta page unseen and dies of SIGBUS on a page beyond the end of a file cut short.
 *
 *     page 0, page 1: header (24 bytes) ‖ meta: magic, version, address, map size, free tree, main tree, last page, txn
 */
import { type FileHandle, open } from "node:fs/promises";
import { endianness } from "node:os";
import { StorageCorruptError } from "./errors.js";

const MAGIC = 0xbeefc0de;
const FORMAT_VERSION = 2;
const PAGE_META = 0x08;
const PAGE_BRANCH_OR_LEAF = 0x01 | 0x02;
const NO_ROOT = 2n ** 64n - 1n;

/** Byte offsets in a page. */
const PAGE_NUMBER = 0;
const PAGE_FLAGS = 18;
const META_MAGIC = 24;
const META_VERSION = 28;
const META_PAGE_SIZE = 48;
const META_MAIN_ENTRIES = 128;
const META_MAIN_ROOT = 136;
const META_LAST_PAGE = 144;
const META_TXN = 152;
const META_END = 168;

interface Meta {
  readonly pageSize: number;
  readonly entries: bigint;
  readonly rootPage: bigint;
  readonly lastPage: bigint;
  readonly txn: bigint;
}

/** The number of entries of the newest commit. Throws `StorageCorruptError`. */
export async function checkDataFile(path: string): Promise<bigint> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const first = await readMeta(file, 0, path);
    const second = await readMeta(file, first.pageSize, path);
    const newest = second.txn > first.txn ? second : first;
    if (BigInt(size) < (newest.lastPage + 1n) * BigInt(newest.pageSize)) {
      throw damaged(path, `it ends at ${size} bytes, before its last page`);
    }
    if (newest.rootPage !== NO_ROOT) await checkRoot(file, newest, path);
    return newest.entries;
  } finally {
    await file.close();
  }
}

async function readMeta(file: FileHandle, position: number, path: string): Promise<Meta> {
  const page = await readAt(file, position, META_END, path);
  const word = (offset: number): number => (isLittleEndian ? page.readUInt32LE(offset) : page.readUInt32BE(offset));
  const isMeta = (flagsOf(page) & PAGE_META) !== 0 && word(META_MAGIC) === MAGIC;
  if (!isMeta) throw damaged(path, `there is no LMDB meta page at byte ${position}`);
  if ((word(META_VERSION) & 0xffff) !== FORMAT_VERSION) {
    throw damaged(path, `its LMDB format is ${word(META_VERSION) & 0xffff}, not ${FORMAT_VERSION}`);
  }
  const pageSize = word(META_PAGE_SIZE);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    throw damaged(path, `its page size of ${pageSize} is impossible`);
  }
  return {
    pageSize,
    entries: longAt(page, META_MAIN_ENTRIES),
    rootPage: longAt(page, META_MAIN_ROOT),
    lastPage: longAt(page, META_LAST_PAGE),
    txn: longAt(page, META_TXN),
  };
}

async function checkRoot(file: FileHandle, meta: Meta, path: string): Promise<void> {
  const isInFile = meta.rootPage <= meta.lastPage;
  const page = isInFile && (await readAt(file, Number(meta.rootPage) * meta.pageSize, META_MAGIC, path));
  if (page === false || longAt(page, PAGE_NUMBER) !== meta.rootPage || (flagsOf(page) & PAGE_BRANCH_OR_LEAF) === 0) {
    throw damaged(path, "its root page is not where the meta page says");
  }
}

async function readAt(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw damaged(path, `it ends within the page at byte ${position}`);
  return buffer;
}

const isLittleEndian = endianness() === "LE";

function longAt(page: Buffer, offset: number): bigint {
  return isLittleEndian ? page.readBigUInt64LE(offset) : page.readBigUInt64BE(offset);
}

function flagsOf(page: Buffer): number {
  return isLittleEndian ? page.readUInt16LE(PAGE_FLAGS) : page.readUInt16BE(PAGE_FLAGS);
}

function damaged(path: string, how: string): StorageCorruptError {
  return new StorageCorruptError(`The data file ${path} is damaged: ${how}. Restore the data folder from a backup.`);
}
