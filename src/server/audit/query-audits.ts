/**
 * What queries wrote with `log.audit`. A query has no transaction that could carry it, so it gets one of its own: before the result of
 * a call leaves, and after that of a live query, whose run must not be followed by a commit before all others have run.
 */
import type { Database } from "../../database/database.js";
import { writeCustomAudits } from "../../functions/custom-audit.js";
import { NO_LIMITS } from "../deploy/system-documents.js";

export class QueryAudits {
  #waiting: string[] = [];

  constructor(private readonly database: Database) {}

  keep(bodies: readonly string[]): void {
    if (bodies.length === 0) return;
    const transaction = this.database.begin("mutation", NO_LIMITS);
    writeCustomAudits(transaction, bodies);
    this.database.commit(transaction);
  }

  /** In the next turn of the event loop. */
  keepSoon(bodies: readonly string[]): void {
    if (bodies.length === 0) return;
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push(...bodies);
  }

  /** To be called before the database is closed. */
  flush(): void {
    this.keep(this.#waiting.splice(0));
  }
}
