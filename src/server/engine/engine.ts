/**
 * The engine: everything of a deployment but its network. Owns the database, the running code, the live queries and the
 * sessions, on one thread; the world reaches it through batches of messages (engine-messages.ts).
 */
import { resolve } from "node:path";
import { Database, type Commit } from "../../database/database.js";
import { DEFAULT_TRANSACTION_LIMITS } from "../../database/limits.js";
import { Deployment, type DeploymentCode } from "../../functions/deployment.js";
import { FunctionRunner } from "../../functions/function-runner.js";
import { LiveQueries } from "../../live/live-queries.js";
import { LOGS_FOLDER, NODE_FOLDER } from "../../storage/folder.js";
import type { Journal } from "../../storage/journal.js";
import type { Store } from "../../storage/store.js";
import { scheduleSyscalls } from "../scheduler/schedule-syscalls.js";
import { CronJobs } from "../scheduler/cron-jobs.js";
import { Scheduler } from "../scheduler/scheduler.js";
import { createActions } from "../actions/create-actions.js";
import type { ActionService } from "../actions/action-service.js";
import type { ActionSyscalls } from "../actions/action-syscalls.js";
import { callSyscalls } from "../actions/call-syscalls.js";
import { vectorSyscalls } from "../actions/vector-syscalls.js";
import { auditSyscalls } from "../audit/audit-syscall.js";
import { KeyAudit } from "../audit/key-audit.js";
import { QueryAudits } from "../audit/query-audits.js";
import type { AdminKeys } from "../admin-keys.js";
import { NodeCodeStore } from "../actions/node/node-code-store.js";
import { deploymentTokens } from "../auth/deployment-tokens.js";
import { PrincipalResolver } from "../auth/principal-resolver.js";
import { SigningKeys } from "../auth/signing-keys.js";
import { Deployer } from "../deploy/deployer.js";
import type { EngineMetrics, EngineOptions, FromEngine, ToEngine } from "../engine-messages.js";
import { HttpActionService } from "../http-actions/http-action-service.js";
import { ExportService } from "../transfer/export-service.js";
import { ImportService } from "../transfer/import-service.js";
import { CallService } from "./call-service.js";
import { Durability } from "./durability.js";
import { localFileBytes } from "../files/local-file-bytes.js";
import { FileUrls, type FileSecret } from "../files/file-urls.js";
import { newFileSecret, readFileSecret, storeFileSecret } from "./file-secret.js";
import { FileService } from "./file-service.js";
import { FunctionLog } from "../function-log/function-log.js";
import { LogHistory, LOG_HISTORY_FILE } from "../function-log/log-history.js";
import { FunctionsService } from "./functions-service.js";
import type { CollectGarbage } from "../garbage-collector.js";
import { InlineQueries } from "./inline-queries.js";
import { EngineEvents } from "../log-streams/engine-events.js";
import type { DeploymentStats } from "../log-streams/log-event.js";
import { OptimisticLane } from "./optimistic-lane.js";
import { ReplacedCode } from "./replaced-code.js";
import { Outbox } from "./outbox.js";
import { RunningMark } from "./running-mark.js";
import { SyncService } from "./sync-service.js";

export interface EngineSetup {
  readonly options: EngineOptions;
  readonly store: Store;
  /** See DatabaseOptions. */
  readonly journal?: Journal;
  /** Whether other threads can open the store: without it there is no optimistic lane. */
  readonly isStoreShared: boolean;
  readonly adminKeys: AdminKeys;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
  readonly post: (batch: readonly FromEngine[]) => void;
  /** Without it V8 does as it sees fit. */
  readonly collectGarbage?: CollectGarbage;
  /** Nothing will be posted any more. */
  readonly onClosed: () => void;
}

/** Together well above the rate at which commits can be made; one slice takes a few milliseconds. */
const TRIM_INTERVAL_MS = 200;
const TRIM_ENTRIES_MAX = 4_000;
const KEY_AUDIT_INTERVAL_MS = 1_000;
const SWEEP_INTERVAL_MS = 1_000;
const FILE_SECRET_RETRY_MS = 10_000;
/** Try again later, says the reason in the words that the public client knows. */
const CLOSE_TRY_AGAIN = 1013;

export class Engine {
  readonly #setup: EngineSetup;
  readonly #database: Database;
  readonly #runner: FunctionRunner;
  readonly #lane: OptimisticLane;
  readonly #actions: ActionService;
  readonly #functions: FunctionsService;
  readonly #queries: LiveQueries;
  readonly #outbox: Outbox;
  readonly #durability: Durability;
  readonly #principals: PrincipalResolver;
  readonly #sync: SyncService;
  readonly #deployer: Deployer;
  readonly #calls: CallService;
  readonly #fileSecret: FileSecret;
  readonly #files: FileService;
  readonly #scheduler: Scheduler;
  readonly #crons: CronJobs;
  readonly #httpActions: HttpActionService;
  readonly #imports: ImportService;
  readonly #inlineQueries: InlineQueries;
  readonly #events: EngineEvents;
  readonly #functionLog: FunctionLog;
  readonly #queryAudits: QueryAudits;
  readonly #keyAudit: KeyAudit;
  readonly #replacedCode: ReplacedCode;
  readonly #timers: NodeJS.Timeout[] = [];
  #batchesReceived = 0;
  #messagesReceived = 0;

  constructor(setup: EngineSetup) {
    this.#setup = setup;
    this.#replacedCode = new ReplacedCode(setup.collectGarbage ?? (() => undefined));
    const { options, store, journal, adminKeys, nowMs, post } = setup;
    const limits = { ...DEFAULT_TRANSACTION_LIMITS, ...options.limits };
    this.#database = new Database({
      store,
      ...(journal === undefined ? {} : { journal }),
      nowMs,
      limits,
      logRetention: options.logRetention,
      onCommit: (commit) => {
        this.#queries.invalidate(commit.keys);
        this.#scheduler.onCommit(commit);
        this.#tellDeletedFiles(commit);
        this.#events.onCommit(commit);
      },
      onDurable: (ts) => {
        this.#outbox.release(ts);
        this.#durability.advance(ts);
      },
      onRollback: (durableTs, keys, error) => this.#rolledBack(durableTs, keys, error),
      onJournalFailed: (error) => this.#log("error", `The journal cannot be written (${error instanceof Error ? error.message : String(error)}). Commits go into data.mdb directly until it can, which takes longer. Check the disk, its free space, and the permissions of the data folder.`, {}),
    });
    this.#outbox = new Outbox(this.#database.durableTs, post);
    this.#durability = new Durability(this.#database.durableTs);
    this.#fileSecret = readFileSecret(this.#database) ?? newFileSecret();
    const urls = new FileUrls(this.#fileSecret, options.cloudOrigin);
    const running = new RunningMark(options.running);
    const tokens = deploymentTokens(new SigningKeys(options.dataFolder), options.cloudOrigin);
    const fileBytes = options.filesFolder === null ? null : localFileBytes(options.filesFolder);
    const newRunner = (kind = ""): FunctionRunner =>
      new FunctionRunner({
        instanceName: options.instanceName,
        limits: options.limits,
        nowMs,
        files: urls,
        fileBytes,
        tokens,
        randomSeed: () => Math.random() * 2 ** 32,
        refuse: (path, args) => this.#poisonOf(kind + path, args),
        onRunning: (request) => running.set(request === null ? null : executionName(kind + request.path, request.args)),
      });
    this.#runner = newRunner();
    this.#events = new EngineEvents({ instanceName: options.instanceName, database: this.#database, nowMs, flag: options.streaming?.flag, post: (events) => this.#outbox.add({ type: "logEvents", events }, this.#database.lastTs) });
    const log = new FunctionLog({ nowMs, onAdd: (record) => this.#events.execution(record), history: this.#openLogHistory() });
    this.#functionLog = log;
    this.#queryAudits = new QueryAudits(this.#database);
    this.#keyAudit = new KeyAudit(this.#database, adminKeys);
    this.#inlineQueries = new InlineQueries({ database: this.#database, log, newRunner });
    const lane = { dataFolder: options.dataFolder, instanceName: options.instanceName, limits: options.limits, fileSecret: this.#fileSecret, filesFolder: options.filesFolder, cloudOrigin: options.cloudOrigin, ...(options.testClock === undefined ? {} : { testClock: options.testClock }) };
    this.#lane = new OptimisticLane(setup.isStoreShared ? lane : null);
    this.#files = new FileService({ database: this.#database, urls, nowMs, whenDurable: (ts) => this.#durability.whenDurable(ts) });
    this.#actions = createActions(options, { database: this.#database, log }, this.#actionSyscalls());
    const functions = new FunctionsService({
      database: this.#database,
      runner: this.#runner,
      log,
      lane: this.#lane,
      actions: this.#actions,
      durability: this.#durability,
      audits: this.#queryAudits,
      redactErrors: options.redactErrors,
    });
    this.#functions = functions;
    const jobs = { database: this.#database, functions, log, deployed: () => this.#runner.deployment?.deployed ?? null, nowMs };
    this.#scheduler = new Scheduler({ ...jobs, actionsMax: options.limits.actionsMax });
    this.#crons = new CronJobs(jobs);
    this.#queries = new LiveQueries({
      run: (spec, journal, done) => functions.runLive(spec, journal, done),
      barrier: (reached) => this.#runner.barrier(reached),
      // Before the next mutation: what was found fresh must leave as it is.
      onRefreshed: () => this.#runner.runNext(() => this.#sync.flush()),
      nowMs,
      warmMs: options.limits.warmQueryMs,
    });
    this.#principals = new PrincipalResolver({ fetch, nowMs });
    this.#sync = new SyncService({
      database: this.#database,
      functions,
      queries: this.#queries,
      outbox: this.#outbox,
      adminKeys,
      principals: this.#principals,
      nowMs,
      subscriptionsMax: options.limits.subscriptionsPerSocketMax,
    });
    this.#deployer = new Deployer({
      database: this.#database,
      instance: { cloudOrigin: options.cloudOrigin, siteOrigin: options.siteOrigin },
      nodeCode: new NodeCodeStore(resolve(options.dataFolder, NODE_FOLDER)),
      activate: (code) => this.#activate(code),
      onProblem: (message) => this.#log("error", message, {}),
    });
    this.#imports = new ImportService({
      database: this.#database,
      nowMs,
      interruptPush: () => this.#deployer.giveWay(),
      wakeIndexing: () => this.#deployer.wakeIndexing(),
      nextProgress: () => this.#deployer.nextProgress(),
      whenDurable: (ts) => this.#durability.whenDurable(ts),
      onFilesDeleted: (keys) => this.#outbox.add({ type: "filesDeleted", keys }, this.#database.lastTs),
    });
    this.#httpActions = new HttpActionService({
      runHttp: (request, done) => this.#actions.runHttp(request, done),
      principals: this.#principals,
      shown: (requestId, failure) => functions.shownFailure(requestId, failure),
    });
    this.#calls = new CallService({
      database: this.#database,
      functions,
      deployer: this.#deployer,
      principals: this.#principals,
      files: this.#files,
      imports: this.#imports,
      exports: new ExportService({ database: this.#database, nowMs }),
      httpActions: this.#httpActions,
      inlineQueries: this.#inlineQueries,
      log,
      outbox: this.#outbox,
      onClockMoved: () => {
        this.#scheduler.wake();
        this.#crons.wake();
      },
      metrics: () => this.#metrics(),
      shutdown: () => this.close(),
      onShutdown: setup.onClosed,
    });
    storeFileSecret(this.#database, this.#fileSecret);
    this.#retryPoisoned();
    this.#imports.load();
    const code = this.#deployer.load();
    if (code !== null) this.#activate(code);
    this.#scheduler.start();
    this.#crons.start();
    if (options.streaming !== undefined) this.#every(options.streaming.statsIntervalMs, () => this.#events.stats(() => this.#stats()));
    this.#every(KEY_AUDIT_INTERVAL_MS, () => this.#keyAudit.look());
    this.#every(TRIM_INTERVAL_MS, () => this.#database.trimLog(TRIM_ENTRIES_MAX));
    this.#every(SWEEP_INTERVAL_MS, () => this.#queries.sweep());
  }

  receive(batch: readonly ToEngine[]): void {
    this.#batchesReceived++;
    this.#messagesReceived += batch.length;
    for (const message of batch) {
      switch (message.type) {
        case "socketOpened":
          this.#sync.open(message.socket, message.client);
          break;
        case "frame":
          this.#sync.receive(message.socket, message.text);
          break;
        case "socketClosed":
          this.#sync.close(message.socket);
          break;
        case "socketSlow":
          this.#sync.setSlow(message.socket, message.slow);
          break;
        case "call":
          this.#calls.receive(message.id, message.call);
          break;
        default:
          message satisfies never;
      }
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#principals.close();
    this.#scheduler.close();
    this.#crons.close();
    await Promise.all([this.#lane.close(), this.#actions.close()]);
    await this.#deployer.close();
    this.#queryAudits.flush();
    await this.#functionLog.close();
    await this.#database.idle();
    this.#replacedCode.close();
    this.#runner.deployment?.dispose();
    await this.#database.close();
  }

  #openLogHistory(): LogHistory | null {
    const { dataFolder, logHistoryBytesMax: bytesMax = 0, logRetention } = this.#setup.options;
    if (bytesMax === 0) return null;
    const path = resolve(dataFolder, LOGS_FOLDER, LOG_HISTORY_FILE);
    return new LogHistory({ path, bytesMax, ageMsMax: logRetention.ageMsMax, nowMs: this.#setup.nowMs, onProblem: (message) => this.#log("error", message, {}) });
  }

  /** What actions can ask for, by the parts of the engine that answer it. */
  #actionSyscalls(): ActionSyscalls {
    const { instanceName } = this.#setup.options;
    const calls = callSyscalls({
      call: (request, done) => this.#functions.call(request, done),
      runAction: (request, done) => this.#actions.run(request, done),
      whenDurable: (ts) => this.#durability.whenDurable(ts),
      deployed: () => this.#runner.deployment?.deployed ?? null,
      deployment: { name: instanceName, region: null, class: "s16" },
    });
    const schedule = scheduleSyscalls({
      database: this.#database,
      deployed: () => this.#runner.deployment?.deployed ?? null,
      nowMs: this.#setup.nowMs,
      whenDurable: (ts) => this.#durability.whenDurable(ts),
    });
    const vectors = vectorSyscalls({ database: this.#database, whenDurable: (ts) => this.#durability.whenDurable(ts) });
    const audits = auditSyscalls({ database: this.#database, nowMs: this.#setup.nowMs, whenDurable: (ts) => this.#durability.whenDurable(ts) });
    return new Map([...calls, ...schedule, ...vectors, ...audits, ...this.#files.syscalls()]);
  }

  /** Swaps the running code. Clients stay connected; every live query runs again on the new code. */
  #activate(code: DeploymentCode): void {
    const previous = this.#runner.deployment;
    const deployment = new Deployment(code, this.#runner.currentHost);
    this.#runner.use(deployment);
    this.#lane.use(code);
    this.#actions.use(code, deployment.deployed);
    this.#httpActions.use(code);
    this.#inlineQueries.use(code);
    previous?.dispose();
    this.#replacedCode.add();
    this.#queries.invalidateAll();
    this.#scheduler.wake();
    this.#crons.wake();
    if (this.#principals.trust(this.#deployer.authProviders())) this.#sync.checkTokens();
  }

  /**
   * The disk refused a group of commits. Whoever waits for an answer about them is told so: callers get an error, sockets
   * are closed and come back to the state that is on disk.
   */
  #rolledBack(durableTs: number, keys: readonly string[], error: Error): void {
    this.#log("error", "The disk refused a group of commits; they are undone.", { error: error.message });
    this.#durability.rolledBack(error);
    const sockets = new Set<number>();
    for (const message of this.#outbox.withdraw()) {
      if (message.type === "send" || message.type === "close") sockets.add(message.socket);
      else if (message.type === "reply") this.#calls.fail(message.id, error);
    }
    for (const socket of sockets) {
      this.#outbox.add({ type: "close", socket, code: CLOSE_TRY_AGAIN, reason: "InternalServerError: the disk refused to write" }, 0);
      this.#sync.close(socket);
    }
    this.#deployer.rolledBack(durableTs);
    this.#keyAudit.rolledBack();
    // It may have been among them. Not at once: the disk would refuse it again.
    this.#timers.push(setTimeout(() => storeFileSecret(this.#database, this.#fileSecret), FILE_SECRET_RETRY_MS).unref());
    this.#queries.invalidate(keys);
    this.#scheduler.rolledBack();
    this.#crons.rolledBack();
  }

  #tellDeletedFiles(commit: Commit): void {
    const keys = this.#files.deletedBy(commit);
    if (keys.length > 0) this.#outbox.add({ type: "filesDeleted", keys }, commit.ts);
  }

  #poisonOf(path: string, args: string): string | null {
    const { poisoned } = this.#setup.options;
    if (poisoned.length === 0) return null;
    const name = executionName(path, args);
    const nowMs = this.#setup.nowMs();
    return poisoned.find((execution) => execution.name === name && execution.untilMs > nowMs)?.message ?? null;
  }

  /** Live queries that were refused have read nothing: nothing but this would run them again. */
  #retryPoisoned(): void {
    const untilMs = Math.max(0, ...this.#setup.options.poisoned.map((execution) => execution.untilMs));
    if (untilMs > 0) this.#timers.push(setTimeout(() => this.#queries.invalidateAll(), untilMs - this.#setup.nowMs() + 1).unref());
  }

  #every(intervalMs: number, action: () => void): void {
    this.#timers.push(setInterval(action, intervalMs).unref());
  }

  #log(level: "info" | "error", message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#outbox.add({ type: "log", level, message, fields }, 0);
  }

  #stats(): DeploymentStats {
    return {
      scheduler: this.#scheduler.stats,
      concurrency: { query: { num_running: 0, num_queued: 0 }, mutation: { num_running: 0, num_queued: this.#runner.waiting }, ...this.#actions.concurrency },
    };
  }

  #metrics(): EngineMetrics {
    const { counters, size, readSetSize } = this.#queries;
    const { usedBytesMax, lookups, ...stored } = this.#setup.store.stats();
    const sent = this.#outbox.counts;
    return {
      counters: {
        executions: this.#runner.executions,
        liveQueryRuns: counters.runs,
        liveQueryRunsUnchanged: counters.runsUnchanged,
        invalidations: counters.invalidations,
        laneRuns: this.#lane.runs,
        commitGroups: this.#database.groupsWritten,
        transitionTexts: this.#sync.transitionTexts,
        batchesReceived: this.#batchesReceived,
        messagesReceived: this.#messagesReceived,
        batchesSent: sent.batches,
        messagesSent: sent.messages,
        storeLookups: lookups,
      },
      gauges: {
        ...this.#actions.gauges,
        sockets: this.#sync.size,
        subscriptions: this.#sync.subscriptions,
        liveQueries: size,
        readSetPoints: readSetSize.points,
        readSetRanges: readSetSize.ranges,
        ...stored,
        // No number stands for "the disk is the limit".
        ...(Number.isFinite(usedBytesMax) ? { usedBytesMax } : {}),
      },
    };
  }
}

/** Long arguments are cut: the name only has to tell executions apart well enough. */
const NAME_CHARS_MAX = 1000;

function executionName(path: string, args: string): string {
  return `${path} ${args}`.slice(0, NAME_CHARS_MAX);
}
