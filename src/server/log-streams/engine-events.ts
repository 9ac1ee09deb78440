/**
 * The engine's side of log streams: gathers the events of a turn while there is a stream, and hands them over together. Without one it
 * costs a look at shared memory for each execution, and for each commit.
 */
import type { Commit, Database } from "../../database/database.js";
import { documentSpaceOf } from "../../database/keys.js";
import { AUDIT_TABLE, CUSTOM_AUDIT_TABLE } from "../../functions/audit-log.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { parseValue } from "../../values/value.js";
import type { StoredAudit } from "../audit/audit-events.js";
import type { LogRecord } from "../function-log/log-record.js";
import { LogEventMaker, type DeploymentStats, type LogEvent } from "./log-event.js";
import { isStreaming, streamingFlag, type StreamingFlag } from "./streaming-flag.js";

export interface EngineEventsOptions {
  readonly instanceName: string;
  readonly database: Database;
  readonly nowMs: () => number;
  /** See streaming-flag.ts; none where nobody listens. */
  readonly flag: SharedArrayBuffer | undefined;
  /** To be sent on when everything so far is durable. */
  readonly post: (events: readonly LogEvent[]) => void;
}

export class EngineEvents {
  readonly #options: EngineEventsOptions;
  readonly #maker: LogEventMaker;
  readonly #flag: StreamingFlag | null;
  #gathered: LogEvent[] = [];

  constructor(options: EngineEventsOptions) {
    this.#options = options;
    this.#maker = new LogEventMaker(options.instanceName);
    this.#flag = options.flag === undefined ? null : streamingFlag(options.flag);
  }

  /** What a function printed, and that it ended. */
  execution(record: LogRecord): void {
    if (this.#isOn) this.#add(this.#maker.execution(record));
  }

  stats(read: () => DeploymentStats): void {
    if (this.#isOn) this.#add(this.#maker.stats(read(), this.#options.nowMs()));
  }

  /** New entries of the audit logs, whoever wrote them. */
  onCommit({ keys }: Commit): void {
    if (!this.#isOn) return;
    const { database } = this.#options;
    const spaceOf = (tableName: string): number | undefined => database.catalog.table(APP_COMPONENT_PATH, tableName)?.space;
    const [audit, custom] = [spaceOf(AUDIT_TABLE), spaceOf(CUSTOM_AUDIT_TABLE)];
    if (audit === undefined && custom === undefined) return;
    for (const key of keys) {
      const space = documentSpaceOf(key);
      if (space === null || (space !== audit && space !== custom)) continue;
      const text = database.reader.get(key);
      // An old entry that made room.
      if (text !== undefined) this.#add([space === audit ? this.#auditEvent(text) : this.#customEvent(text)]);
    }
  }

  get #isOn(): boolean {
    return this.#flag !== null && isStreaming(this.#flag);
  }

  #auditEvent(text: string): LogEvent {
    const { _creationTime, action, actor, metadata } = parseValue(text) as unknown as StoredAudit;
    return this.#maker.event("audit_log", _creationTime, { audit_log_action: action, audit_log_metadata: metadata, audit_log_actor: actor });
  }

  #customEvent(text: string): LogEvent {
    const { _creationTime, body } = parseValue(text) as unknown as { readonly _creationTime: number; readonly body: string };
    return this.#maker.event("custom_audit", _creationTime, { body: JSON.parse(body) as unknown });
  }

  #add(events: readonly LogEvent[]): void {
    if (this.#gathered.length === 0) setImmediate(() => this.#options.post(this.#gathered.splice(0)));
    for (const event of events) this.#gathered.push(event);
  }
}
