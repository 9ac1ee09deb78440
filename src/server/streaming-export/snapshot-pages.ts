/**
 * A walk over all documents as they were at one timestamp, page by page. Where it stands is in the cursor that the connector
 * brings back, so a walk lives on over restarts; what is remembered here only saves reading the commit log from the snapshot on
 * for each page.
 */
import { Catalog } from "../../database/catalog.js";
import { edgeOfLog, logReachesBackTo } from "../../database/commit-log.js";
import { FormerDocuments } from "../../database/former-documents.js";
import { DOCUMENT_RANGE, documentPrefix, keyAfter, prefixRange } from "../../database/keys.js";
import type { Key, Reader, SnapshotSource } from "../../storage/store.js";
import { ExportError } from "./export-error.js";
import type { ExportRequest } from "./export-messages.js";
import { exportedDocument, wireTimestamp } from "./exported-document.js";
import { selectedTables } from "./table-selection.js";

type SnapshotRequest = Extract<ExportRequest, { type: "snapshot" }>;

const DOCUMENTS_MAX = 1_000;
const CHARS_MAX = 4 * 1024 * 1024;
/** Walks whose memory is kept: one for each connector, or each table that one walks at a time. */
const WALKS_MAX = 8;
/** Documents that one walk may remember; some 120 MB. */
const CHANGED_MAX = 1_000_000;
/** Of the commit log, between two looks at whether the thread is to end. */
const SLICE_CHARS_MAX = 32 * 1024 * 1024;

interface Position {
  readonly space: number;
  readonly id: string;
}

export class SnapshotPages {
  /** The one used last is last. */
  #walks: FormerDocuments[] = [];

  /** `nextTurn` rejects when the thread is to end. */
  constructor(
    private readonly store: SnapshotSource,
    private readonly nextTurn: () => Promise<void>,
  ) {}

  async page(request: SnapshotRequest): Promise<string> {
    const { snapshotTs: ts, cursor } = request;
    const position = cursor === null ? null : parseCursor(cursor);
    const start = position === null ? DOCUMENT_RANGE.start : keyAfter(documentPrefix(position.space) + position.id);
    for (;;) {
      const snapshot = this.store.snapshot();
      try {
        const newestTs = edgeOfLog(snapshot, "last")?.ts ?? 0;
        if (ts > newestTs) throw new ExportError("BadCursor", `"snapshot" ${wireTimestamp(ts)} is in the future of this deployment, whose newest timestamp is ${wireTimestamp(newestTs)}. Is it of another deployment? Begin anew without "snapshot".`);
        if (ts < logReachesBackTo(snapshot)) throw tooOld(ts);
        const former = this.#walk(ts, start);
        if (former.advance(snapshot, newestTs, SLICE_CHARS_MAX)) return this.#makePage(former.over(snapshot), Catalog.load(snapshot), request, ts, start);
        if (former.size > CHANGED_MAX) this.#forget(former, start);
      } finally {
        snapshot.release();
      }
      await this.nextTurn();
    }
  }

  #walk(ts: number, start: Key): FormerDocuments {
    const walk = this.#walks.find((known) => known.ts === ts && known.from <= start) ?? new FormerDocuments(ts, start);
    this.#walks = [...this.#walks.filter((other) => other !== walk), walk].slice(-WALKS_MAX);
    return walk;
  }

  /** It may remember documents that were shown already; one that begins here does not. */
  #forget(walk: FormerDocuments, start: Key): void {
    this.#walks = this.#walks.filter((other) => other !== walk);
    if (walk.from === start) throw new ExportError("TooMuchChanged", `More than ${CHANGED_MAX} documents that this snapshot has still to show were changed since it was begun. Begin a new one, when fewer writes are made.`);
  }

  #makePage(reader: Reader, catalog: Catalog, { selection, format, cursor: given }: SnapshotRequest, ts: number, start: Key): string {
    const values: string[] = [];
    let chars = 0;
    let cursor: string | null = null;
    pages: for (const table of selectedTables(catalog, selection)) {
      const { start: first, end } = prefixRange(table.documentPrefix);
      for (const [key, text] of reader.entries({ start: start > first ? start : first, end })) {
        const id = key.slice(table.documentPrefix.length);
        const value = exportedDocument(table, id, text, ts, format);
        values.push(value);
        chars += value.length;
        if (values.length < DOCUMENTS_MAX && chars < CHARS_MAX) continue;
        cursor = formatCursor({ space: table.space, id });
        break pages;
      }
    }
    // Whoever walks alone learns the snapshot from a second page.
    if (cursor === null && given === null) cursor = formatCursor(END);
    return `{"values":[${values.join(",")}],"snapshot":${wireTimestamp(ts)},"cursor":${JSON.stringify(cursor)},"hasMore":${cursor !== null}}`;
  }
}

/** After every document. */
const END: Position = { space: 2 ** 32 - 1, id: "" };

function formatCursor({ space, id }: Position): string {
  return Buffer.from(`${space}:${id}`).toString("base64url");
}

function parseCursor(cursor: string): Position {
  const [, space, id] = /^(\d{1,10}):([0-9a-z]{0,64})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (space === undefined || id === undefined || Number(space) > END.space) throw new ExportError("BadCursor", '"cursor" is not one that this API gave out: give it back as it was in the last page.');
  return { space: Number(space), id };
}

function tooOld(ts: number): ExportError {
  return new ExportError("SnapshotTooOld", `What was changed since the snapshot ${wireTimestamp(ts)} is no longer all kept. Begin a new one; for walks that take longer, keep the commit log longer or larger (rivulet start --log-age-max, --log-bytes-max).`);
}
