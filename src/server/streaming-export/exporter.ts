/** Answers connectors from a store that others write: everything of the export thread but its port. */
import type { SnapshotSource } from "../../storage/store.js";
import type { EngineReply } from "../engine-messages.js";
import { deltaPage } from "./delta-page.js";
import { ExportError } from "./export-error.js";
import type { ExportRequest } from "./export-messages.js";
import { SnapshotPages } from "./snapshot-pages.js";
import { jsonSchemas, tablesAndColumns } from "./table-schemas.js";

export class Exporter {
  readonly #snapshots: SnapshotPages;

  /** `nextTurn` is waited for in the middle of long work; it rejects when that is not wanted any more. */
  constructor(
    private readonly store: SnapshotSource,
    nextTurn: () => Promise<void>,
  ) {
    this.#snapshots = new SnapshotPages(store, nextTurn);
  }

  async answer(request: ExportRequest): Promise<EngineReply> {
    try {
      return { ok: true, body: await this.#body(request) };
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      return { ok: false, failure: "request", status: 400, code: error.code, message: error.message };
    }
  }

  async #body(request: ExportRequest): Promise<string> {
    switch (request.type) {
      case "snapshot":
        return await this.#snapshots.page(request);
      case "deltas":
        return this.#deltas(request);
      case "schemas":
        return jsonSchemas(this.store, request);
      case "columns":
        return tablesAndColumns(this.store, request.component);
      default:
        return request satisfies never;
    }
  }

  #deltas(request: Extract<ExportRequest, { type: "deltas" }>): string {
    const snapshot = this.store.snapshot();
    try {
      return deltaPage(snapshot, request);
    } finally {
      snapshot.release();
    }
  }
}
