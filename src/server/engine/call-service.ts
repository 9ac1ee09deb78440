/** Answers the network thread's calls (EngineCall): functions over HTTP, deploys, logs, metrics, shutdown. */
import type { Database } from "../../database/database.js";
import type { Principal } from "../../live/session.js";
import { AuthTokenError } from "../auth/errors.js";
import type { PrincipalResolver } from "../auth/principal-resolver.js";
import { recordAudit, type AuditEvent } from "../audit/deployment-audit.js";
import { listAudit, type AuditPage } from "../audit/audit-events.js";
import { NO_LIMITS } from "../deploy/system-documents.js";
import { DeployError, type Deployer } from "../deploy/deployer.js";
import type { EngineCall, EngineMetrics, EngineReply } from "../engine-messages.js";
import type { FileService } from "./file-service.js";
import type { HttpActionService } from "../http-actions/http-action-service.js";
import type { ExportService } from "../transfer/export-service.js";
import type { ImportService } from "../transfer/import-service.js";
import { TransferRefusal } from "../transfer/transfer-messages.js";
import type { FunctionLog } from "../function-log/function-log.js";
import type { InlineQueries } from "./inline-queries.js";
import type { CallResult, FunctionsService } from "./functions-service.js";
import type { Outbox } from "./outbox.js";
import { inferTables } from "./table-shapes.js";

export interface CallServiceOptions {
  readonly database: Database;
  readonly functions: FunctionsService;
  readonly deployer: Deployer;
  readonly principals: PrincipalResolver;
  readonly files: FileService;
  readonly imports: ImportService;
  readonly exports: ExportService;
  readonly httpActions: HttpActionService;
  readonly inlineQueries: InlineQueries;
  readonly log: FunctionLog;
  readonly outbox: Outbox;
  readonly onClockMoved: () => void;
  readonly metrics: () => EngineMetrics;
  readonly shutdown: () => Promise<void>;
  /** After the answer to a shutdown has been posted. */
  readonly onShutdown: () => void;
}

type RunFunction = EngineCall & { kind: "runFunction" };

export class CallService {
  readonly #options: CallServiceOptions;

  constructor(options: CallServiceOptions) {
    this.#options = options;
  }

  receive(id: number, call: EngineCall): void {
    switch (call.kind) {
      case "runFunction":
        this.#runFunction(id, call);
        break;
      case "queryTs":
        this.#reply(id, ok({ ts: wireTs(this.#options.database.lastTs) }));
        break;
      case "deploy":
        this.#replyLater(id, this.#options.deployer.handle(call.route, call.body, call.actor));
        break;
      case "updateEnvironment":
        this.#replyLater(id, this.#options.deployer.updateEnvironment(call.body, call.actor));
        break;
      case "audit":
        this.#audit(call.event);
        this.#reply(id, ok({}));
        break;
      case "listAudit":
        this.#reply(id, ok(this.#listAudit(call)));
        break;
      case "streamLogs":
        this.#replyTextLater(id, this.#options.log.read(call.cursor, call.waitMs));
        break;
      case "files":
        this.#reply(id, this.#options.files.handle(call.request));
        break;
      case "import":
        this.#replyLater(id, this.#options.imports.handle(call.request));
        break;
      case "export":
        this.#replyLater(id, this.#options.exports.handle(call.request));
        break;
      case "httpAction":
        this.#options.httpActions.run(call, (reply) => this.#reply(id, reply));
        break;
      case "inlineQuery":
        void this.#options.inlineQueries.run(call).then((result) => this.#reply(id, { ok: true, body: resultBody(this.#options.functions.shown(call.requestId, result)) }));
        break;
      case "tableShapes":
        this.#replyLater(id, inferTables(this.#options.database, call.componentPath));
        break;
      case "isRouted":
        this.#reply(id, ok({ isRouted: this.#options.httpActions.isRouted(call.method, call.pathname) }));
        break;
      case "clockMoved":
        this.#options.onClockMoved();
        this.#reply(id, ok({}));
        break;
      case "metrics":
        this.#reply(id, ok(this.#options.metrics()));
        break;
      case "shutdown":
        void this.#shutDown(id);
        break;
      default:
        call satisfies never;
    }
  }

  /** What the call did is undone: the disk refused it. */
  fail(id: number, error: Error): void {
    this.#options.outbox.add({ type: "reply", id, reply: { ok: false, failure: "request", status: 503, code: "StorageFull", message: error.message } }, 0);
  }

  #runFunction(id: number, call: RunFunction): void {
    const { principals } = this.#options;
    const known = principals.resolveNow(call.credentials);
    if (known !== null) {
      this.#runAs(id, call, known);
      return;
    }
    void principals.resolve(call.credentials).then(
      (principal) => this.#runAs(id, call, principal),
      (error: unknown) => this.#reply(id, refuseToken(error)),
    );
  }

  #runAs(id: number, call: RunFunction, principal: Principal): void {
    const atTs = call.atTs === null ? null : databaseTs(call.atTs);
    if (atTs !== null && Number.isNaN(atTs)) {
      this.#reply(id, refuse(400, "InvalidTimestamp", `"ts" must be a timestamp that /api/query_ts gave, not ${JSON.stringify(call.atTs).slice(0, 64)}.`));
      return;
    }
    this.#options.functions.call(
      { kind: call.functionKind, path: call.path, componentPath: call.componentPath, args: call.args, principal, requestId: call.requestId, client: call.client, caller: principal.isAdmin ? "server" : "client", source: "HttpApi", atTs, once: null },
      (result) => this.#reply(id, functionReply(this.#options.functions.shown(call.requestId, result))),
    );
  }

  #audit(event: AuditEvent): void {
    const transaction = this.#options.database.begin("mutation", NO_LIMITS);
    recordAudit(transaction, event);
    this.#options.database.commit(transaction);
  }

  #listAudit({ fromMs, after, limit }: EngineCall & { kind: "listAudit" }): AuditPage {
    const transaction = this.#options.database.begin("query", NO_LIMITS);
    const page = listAudit(transaction, fromMs, after, limit);
    transaction.finish();
    return page;
  }

  async #shutDown(id: number): Promise<void> {
    await this.#options.shutdown();
    this.#reply(id, ok({}));
    // The outbox posts when this turn yields; the port must be open until then.
    setImmediate(() => this.#options.onShutdown());
  }

  /** Answers reflect the newest state, so they wait until that is durable. */
  #reply(id: number, reply: EngineReply): void {
    this.#options.outbox.add({ type: "reply", id, reply }, this.#options.database.lastTs);
  }

  #replyLater(id: number, answer: Promise<object>): void {
    this.#replyTextLater(id, answer.then((body) => JSON.stringify(body)));
  }

  #replyTextLater(id: number, answer: Promise<string>): void {
    answer.then(
      (body) => this.#reply(id, { ok: true, body }),
      (error: unknown) => {
        if (error instanceof DeployError || error instanceof TransferRefusal) this.#reply(id, refuse(error.status, error.code, error.message));
        else this.#reply(id, refuse(500, "InternalServerError", error instanceof Error ? error.message : String(error)));
      },
    );
  }
}

function ok(body: object): EngineReply {
  return { ok: true, body: JSON.stringify(body) };
}

function refuse(status: number, code: string, message: string): EngineReply {
  return { ok: false, failure: "request", status, code, message };
}

function functionReply(result: CallResult): EngineReply {
  const body = resultBody(result);
  return result.ok ? { ok: true, body } : { ok: false, failure: "function", body };
}

function resultBody(result: CallResult): string {
  const logLines = JSON.stringify(result.logLines);
  if (result.ok) return `{"status":"success","value":${result.value},"logLines":${logLines}}`;
  const data = result.failure.data === null ? "" : `,"errorData":${result.failure.data}`;
  return `{"status":"error","errorMessage":${JSON.stringify(result.failure.message)}${data},"logLines":${logLines}}`;
}

/** 401 is for the caller to mend; 503 may be tried again. */
function refuseToken(error: unknown): EngineReply {
  if (error instanceof AuthTokenError) return refuse(error.isPassing ? 503 : 401, error.code, error.message);
  throw error;
}

/** Outside, timestamps are nanoseconds in decimal; inside, microseconds. */
function wireTs(ts: number): string {
  return (BigInt(ts) * 1000n).toString();
}

function databaseTs(text: string): number {
  return /^\d{1,20}$/.test(text) ? Number(BigInt(text) / 1000n) : Number.NaN;
}
