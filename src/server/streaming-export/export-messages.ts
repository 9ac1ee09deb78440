/**
 * What the network thread asks of the export thread, and what it answers. Requests are parsed and admins checked before.
 * Timestamps are those of the database, in microseconds.
 */
import type { EngineReply } from "../engine-messages.js";

/** `plain`: for other programs. `encoded`: as the public clients have values on the wire. */
export type DocumentFormat = "plain" | "encoded";

export interface TableSelection {
  /** Path of a component, "" for the app; null for all. */
  readonly component: string | null;
  /** Null for all. */
  readonly tableName: string | null;
}

export type ExportRequest =
  | {
      readonly type: "snapshot";
      readonly snapshotTs: number;
      /** Null for the first page. */
      readonly cursor: string | null;
      readonly selection: TableSelection;
      readonly format: DocumentFormat;
    }
  /** `durableTs`: nothing after it is to be given out. */
  | { readonly type: "deltas"; readonly durableTs: number; readonly cursorTs: number; readonly selection: TableSelection; readonly format: DocumentFormat }
  | { readonly type: "schemas"; readonly component: string; readonly deltaSchema: boolean; readonly format: DocumentFormat }
  | { readonly type: "columns"; readonly component: string };

export type ToExport = { readonly type: "request"; readonly id: number; readonly request: ExportRequest } | { readonly type: "close" };

export interface FromExport {
  readonly id: number;
  readonly reply: EngineReply;
}

/** `workerData` of the export thread. */
export interface ExportThreadData {
  readonly dataFolder: string;
}
