/**
 * Deploys: takes code from the CLI, and swaps the running code when everything of it is in order.
 *
 *     start_push ──▶ evaluate ──▶ begin schema change ──▶ wait_for_schema … ──▶ finish_push ──▶ commit, activate
 *                       │               ▲                      │ failed             │
 *                       └─ refused      └─ a later start_push takes the place      └─ refused: race, or not ready
 *
 * Until finish_push nothing of the running version is touched. There is one push at a time: the one that was started
 * last. It lives in memory; what it began in the database is dropped when it does not come to its end.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Database } from "../../database/database.js";
import { BackgroundIndexing } from "../../database/schema-change/background-indexing.js";
import { StagedValidations } from "../../database/schema-change/staged-validations.js";
import { diffSchema } from "../../database/schema-change/index-diff.js";
import { SchemaChanges, isReady, namespacesOf, type KnownMatches, type SchemasByNamespace } from "../../database/schema-change/schema-changes.js";
import { activeSchema, dropUnfinished, type SchemaChange } from "../../database/schema-change/schema-change.js";
import type { Transaction } from "../../database/transaction.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import { SYSTEM_ACTOR, recordAudit, type AuditActor } from "../audit/deployment-audit.js";
import { environmentEvents } from "../audit/environment-events.js";
import type { DeployRoute } from "../engine-messages.js";
import { evaluateAuthConfig, type AuthProvider } from "./auth-config.js";
import { readComponentModules, readComponentSummaries, readDeployment, readModuleSummaries, readModules, writeDeployment, type DeploymentRecord, type ModuleSummary } from "./code-store.js";
import { checkBoundVariables } from "./component-checks.js";
import { mountComponents } from "./component-tree.js";
import { configHashes, pulledConfig } from "./config-response.js";
import type { Definitions } from "./definitions.js";
import { DeployError } from "./deploy-error.js";
import { builtInVariables, changeEnvironment, fullEnvironment, readEnvironment, writeEnvironment, type EnvironmentVariables, type Instance } from "./environment.js";
import { writeInstance } from "./instance.js";
import { ProgressSignal } from "./progress-signal.js";
import { evaluateDeclarations, evaluatePush, mountedModules, schemasByNamespace, storePush, type EvaluatedPush } from "./push.js";
import { finishPushResponse, type ComponentState, type PushedState } from "./push-diff.js";
import type { NodeCodeStore, NodeSources } from "../actions/node/node-code-store.js";
import { nodeSources } from "./node-code.js";
import { APP_COMPONENT, parseEnvironmentRequest, parseFinishPush, parseStartPush, parseWaitForSchema } from "./push-request.js";
import { schemaChangeResponse, startPushResponse, type IndexDiffs } from "./push-response.js";
import { codeByPath } from "./pushed-modules.js";
import { evaluateSchemaChanges } from "./schema-evaluation.js";
import { APP_NAMESPACE, NO_LIMITS } from "./system-documents.js";

export { DeployError } from "./deploy-error.js";

export interface DeployerOptions {
  readonly database: Database;
  readonly instance: Instance;
  readonly nodeCode: NodeCodeStore;
  /** Swaps the running code, in the turn of the commit that stores it. */
  readonly activate: (code: DeploymentCode) => void;
  /** Something that the operator should know, and that goes on by itself. */
  readonly onProblem: (message: string) => void;
  /** Wall clock, milliseconds; the system's by default. */
  readonly nowMs?: () => number;
  /** A push that nobody asks about for so long is given up. */
  readonly abandonAfterMs?: number;
}

interface StartedPush extends EvaluatedPush {
  readonly id: string;
  readonly changes: SchemaChanges;
}

const NO_CODE = { modules: new Map(), components: new Map(), routers: [], deployed: new Map(), nodeFolder: null } satisfies Partial<DeploymentCode>;
const RESTORE_AGAIN_MS = 60_000;
const ABANDON_AFTER_MS = 30 * 60 * 1000;
/** Long polls are cut to this, whatever the client asks for. */
const WAIT_MS_MAX = 30_000;
const PROGRESS_MS_MAX = 1_000;

export class Deployer {
  readonly #options: DeployerOptions;
  readonly #database: Database;
  readonly #indexing: BackgroundIndexing;
  readonly #staged: StagedValidations;
  readonly #progress = new ProgressSignal();
  /** Pushes are named after the engine that knows them, so that those of an earlier one are told from superseded ones. */
  readonly #engineId = randomUUID();
  #starts = 0;
  /** The push that can be finished, and the one that only pretends (`--dry-run`). */
  #push: StartedPush | null = null;
  #rehearsal: StartedPush | null = null;
  #abandonTimer: NodeJS.Timeout | undefined;
  #activatedTs = 0;
  #isRestoring = false;
  #restoreTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** To be made when the database was opened, before the first transaction. */
  constructor(options: DeployerOptions) {
    this.#options = options;
    this.#database = options.database;
    this.#indexing = new BackgroundIndexing({ database: options.database, onProgress: () => this.#progress.notify() });
    this.#staged = new StagedValidations(options.database);
  }

  /** The code that was running when the engine ended; null before the first push. Takes up work that was under way. */
  load(): DeploymentCode | null {
    for (const namespace of namespacesOf(this.#database)) dropUnfinished(this.#database, namespace, null);
    writeInstance(this.#database, this.#options.instance);
    this.#indexing.wake();
    this.#staged.load();
    return this.#storedCode();
  }

  /** Whose tokens the running code accepts. */
  authProviders(): readonly AuthProvider[] {
    return readDeployment(this.#begin())?.authProviders ?? [];
  }

  /** Throws {@link DeployError} for what is wrong with the request. */
  async handle(route: DeployRoute, body: string, actor: AuditActor = SYSTEM_ACTOR): Promise<object> {
    switch (route) {
      case "get_config":
        return pulledConfig(this.#begin());
      case "get_config_hashes":
        return configHashes(this.#begin());
      case "evaluate_push":
        return await this.#evaluatePush(body);
      case "evaluate_schema":
        return await this.#evaluateSchema(body);
      case "start_push":
        return await this.#startPush(body);
      case "wait_for_schema":
        return await this.#waitForSchema(body);
      case "finish_push":
        return this.#finishPush(body, actor);
      case "report_push_completed":
        return {};
      default:
        route satisfies never;
        throw new DeployError("UnsupportedRoute", `This version of Rivulet has no deploy operation "${String(route)}".`);
    }
  }

  /** Sets and removes environment variables; running code sees them at once. */
  async updateEnvironment(body: string, actor: AuditActor = SYSTEM_ACTOR): Promise<object> {
    const { changes } = parseEnvironmentRequest(body);
    const { instance } = this.#options;
    const transaction = this.#database.begin("mutation", NO_LIMITS);
    const before = readEnvironment(transaction);
    const variables = changeEnvironment(before, changes, instance);
    writeEnvironment(transaction, variables);
    for (const event of environmentEvents(before, variables, actor)) recordAudit(transaction, event);
    const deployment = readDeployment(transaction);
    if (deployment !== null) {
      const visible = fullEnvironment(variables, instance);
      checkBoundVariables(definitionsOf(deployment), visible);
      const authProviders = evaluateAuthConfig(codeByPath(readModules(transaction)), visible);
      writeDeployment(transaction, { ...deployment, authProviders });
    }
    this.#database.commit(transaction);
    if (deployment !== null) this.#activate();
    return {};
  }

  /** Tables were, or are about to be, replaced: a push that is under way can't go on. */
  giveWay(): void {
    this.#starts++;
    this.#abandon();
  }

  /** Indexes are to be filled, or there is something to sweep. */
  wakeIndexing(): void {
    this.#indexing.wake();
  }

  /** Resolves at the next progress of indexing, after a second at most. */
  async nextProgress(): Promise<void> {
    await this.#progress.wait(PROGRESS_MS_MAX);
  }

  /** To be called when the disk refused commits; what is durable is so up to `durableTs`. */
  rolledBack(durableTs: number): void {
    this.#progress.notify();
    this.#staged.sync();
    if (this.#activatedTs > durableTs) this.#activate();
  }

  /** To be waited for before the database is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#abandonTimer);
    clearTimeout(this.#restoreTimer);
    this.#options.nodeCode.close();
    this.#push?.changes.stopChecks();
    this.#rehearsal?.changes.stopChecks();
    this.#push = null;
    this.#rehearsal = null;
    this.#progress.notify();
    await Promise.all([this.#indexing.close(), this.#staged.close()]);
  }

  async #evaluatePush(body: string): Promise<object> {
    const schemas = await this.#schemasOf(body);
    return { schemaChange: schemaChangeResponse("", new Map(Array.from(schemas, ([path, next]) => [path, diffSchema(activeSchema(this.#database, path), next)]))) };
  }

  async #evaluateSchema(body: string): Promise<object> {
    const request = parseStartPush(body);
    const { schemas, tree } = await evaluateDeclarations(request, this.#visibleEnvironment(), this.#options.instance);
    const known = new Set(readDeployment(this.#begin())?.components?.map(({ definition }) => definition.path));
    await this.#staged.catchUp();
    return await evaluateSchemaChanges({ database: this.#database, staged: (namespace) => this.#staged.of(namespace) }, schemasByNamespace(schemas, tree), tree.mounts, known);
  }

  async #schemasOf(body: string): Promise<SchemasByNamespace> {
    const { schemas, tree } = await evaluateDeclarations(parseStartPush(body), this.#visibleEnvironment(), this.#options.instance);
    return schemasByNamespace(schemas, tree);
  }

  async #startPush(body: string): Promise<object> {
    const request = parseStartPush(body);
    const number = request.dryRun || request.forCodegen ? this.#starts : ++this.#starts;
    const evaluated = await evaluatePush(this.#options, request);
    const id = `${this.#engineId}:${randomUUID()}`;
    const { schema, components, tree } = evaluated;
    const schemas = schemasByNamespace(new Map([[APP_NAMESPACE, schema], ...Array.from(components, ([path, component]) => [path, component.schema] as const)]), tree);
    const matches: KnownMatches = (namespace, next) => this.#staged.matchedAt(namespace, next);
    if (request.dryRun || request.forCodegen) {
      const push = { ...evaluated, id, changes: SchemaChanges.rehearse(this.#database, schemas, matches) };
      if (request.dryRun) this.#replaceRehearsal(push);
      return this.#startResponse(push);
    }
    if (number !== this.#starts) throw superseded();
    this.#push?.changes.stopChecks();
    this.#push = { ...evaluated, id, changes: SchemaChanges.begin(this.#database, schemas, matches) };
    this.#indexing.wake();
    this.#check(this.#push.changes);
    this.#progress.notify();
    this.#keepFromAbandoning();
    return this.#startResponse(this.#push);
  }

  #startResponse(push: StartedPush): object {
    return startPushResponse(push, push.id, indexDiffsOf(push));
  }

  #replaceRehearsal(push: StartedPush): void {
    this.#rehearsal?.changes.stopChecks();
    this.#rehearsal = push;
    this.#check(push.changes);
  }

  /** An error in it is a bug or a disk that can't be read: it is not caught, and ends the engine. */
  #check(changes: SchemaChanges): void {
    void changes.check().then(() => this.#progress.notify());
  }

  async #waitForSchema(body: string): Promise<object> {
    const { schemaChange, timeoutMs, dryRun } = parseWaitForSchema(body);
    const id = schemaChange.schemaIds[APP_COMPONENT] ?? "";
    const deadlineMs = performance.now() + Math.min(timeoutMs, WAIT_MS_MAX);
    for (;;) {
      const push = this.#find(id, dryRun);
      if (push === null || push.changes.isUndone) return { type: "raceDetected" };
      this.#keepFromAbandoning();
      const { changes } = push;
      const { failed } = changes;
      if (failed !== null) return { type: "failed", error: failed.check.failure.message, componentPath: failed.namespace, tableName: failed.check.failure.tableName };
      if (changes.isReady) return { type: "complete" };
      const remainingMs = deadlineMs - performance.now();
      if (remainingMs <= 0) return { type: "inProgress", components: Object.fromEntries(Array.from(changes.byNamespace, ([path, change]) => [path, statusOf(change)])) };
      if (changes.isChecking) this.#check(changes);
      this.#indexing.wake();
      await this.#progress.wait(remainingMs);
    }
  }

  #finishPush(body: string, actor: AuditActor): object {
    const { startPush, dryRun, message } = parseFinishPush(body);
    const push = this.#find(startPush.schemaChange.schemaIds[APP_COMPONENT] ?? "", dryRun);
    if (push === null) throw superseded();
    this.#checkFinishable(push);
    const response = this.#diff(push);
    if (dryRun) {
      this.#rehearsal = null;
      return response;
    }
    const transaction = this.#database.begin("mutation", NO_LIMITS);
    storePush(transaction, push, message ?? null, (this.#options.nowMs ?? Date.now)());
    recordAudit(transaction, { action: "push_config_with_components", actor, metadata: { message: message ?? null, ...response } });
    push.changes.finish(transaction);
    this.#staged.retryFailed();
    this.#staged.sync();
    this.#push = null;
    clearTimeout(this.#abandonTimer);
    this.#activate();
    this.#indexing.wake();
    return response;
  }

  #checkFinishable({ changes, environmentVariables }: StartedPush): void {
    if (changes.isUndone) throw new DeployError("RaceDetected", "The server could not write to its disk during this push. Free some space, then push again.");
    if (!isDeepStrictEqual(readEnvironment(this.#begin()), environmentVariables)) throw new DeployError("RaceDetected", "Environment variables were changed during this push. Push again.");
    const { failed } = changes;
    if (failed !== null) throw new DeployError("SchemaValidationFailed", failed.check.failure.message);
    const unfinished = [...changes.byNamespace.values()].find((change) => !isReady(change));
    if (unfinished !== undefined) {
      const { check, indexesReady, indexesTotal } = unfinished.status;
      throw new DeployError("SchemaNotReady", `The schema is not ready yet: ${indexesReady} of ${indexesTotal} indexes are filled, and the check of documents is ${check.state === "valid" ? "done" : "under way"}. Push again.`);
    }
  }

  #diff(push: StartedPush): object {
    const deployment = readDeployment(this.#begin());
    const before: PushedState = { authProviders: deployment?.authProviders ?? [], components: deployment === null ? new Map() : this.#deployedComponents(deployment) };
    const { modules, schema, request, authProviders, components, tree } = push;
    const app = [APP_NAMESPACE, { modules, schema, udfServerVersion: request.appDefinition.udfServerVersion }] as const;
    const mounted = tree.mounts.map(({ path, definitionPath }) => [path, components.get(definitionPath)!] as const);
    return finishPushResponse(before, { authProviders, components: new Map([app, ...mounted]) }, indexDiffsOf(push), new Set(deployment?.knownMounts));
  }

  #deployedComponents({ udfServerVersion, components = [], mounts = [] }: DeploymentRecord): Map<string, ComponentState> {
    const transaction = this.#begin();
    const modules = readComponentSummaries(transaction);
    const versions = new Map(components.map((component) => [component.definition.path, component.udfServerVersion]));
    const stateOf = (path: string, ownModules: readonly ModuleSummary[], version: string): readonly [string, ComponentState] => [path, { modules: ownModules, udfServerVersion: version, schema: activeSchema(this.#database, path) }];
    return new Map([
      stateOf(APP_NAMESPACE, readModuleSummaries(transaction), udfServerVersion),
      ...mounts.map(({ path, definitionPath }) => stateOf(path, modules.get(definitionPath) ?? [], versions.get(definitionPath) ?? "")),
    ]);
  }

  /** Null for a push that another one took the place of. Throws for one of an earlier engine. */
  #find(id: string, dryRun: boolean): StartedPush | null {
    if (!id.startsWith(`${this.#engineId}:`)) throw new DeployError("RaceDetected", "The server was restarted during this push, and knows nothing of it any more. Push again.");
    const push = dryRun ? this.#rehearsal : this.#push;
    return push?.id === id ? push : null;
  }

  #keepFromAbandoning(): void {
    clearTimeout(this.#abandonTimer);
    this.#abandonTimer = setTimeout(() => this.#abandon(), this.#options.abandonAfterMs ?? ABANDON_AFTER_MS).unref();
  }

  #abandon(): void {
    this.#push?.changes.abandon();
    this.#push = null;
    this.#progress.notify();
    this.#indexing.wake();
  }

  #activate(): void {
    this.#activatedTs = this.#database.lastTs;
    this.#options.activate(this.#storedCode() ?? { ...NO_CODE, environmentVariables: this.#visibleEnvironment() });
  }

  #storedCode(): DeploymentCode | null {
    const transaction = this.#begin();
    const deployment = readDeployment(transaction);
    if (deployment === null) return null;
    const visible = this.#visibleEnvironment();
    const { mounts, routers } = mountComponents(definitionsOf(deployment), visible, builtInVariables(this.#options.instance));
    const modules = [...readModules(transaction), ...mountedModules(mounts, readComponentModules(transaction))];
    return {
      modules: codeByPath(modules),
      components: new Map(mounts.map(({ path, environmentVariables }) => [path, { environmentVariables }])),
      routers,
      deployed: new Map(modules.map(({ path, environment, analysis }) => [path, { environment, analysis }])),
      environmentVariables: visible,
      nodeFolder: this.#nodeFolder(nodeSources(modules, deployment.nodeDependencies)),
    };
  }

  /**
   * Null where it is not there: the data folder came from a backup or another machine, or the server's Node is another one.
   * Then it is made, and the code is swapped in once more.
   */
  #nodeFolder(sources: NodeSources): string | null {
    const { nodeCode } = this.#options;
    const folder = nodeCode.find(sources);
    if (folder === null && sources.modules.length > 0) this.#restoreNodeCode(sources);
    else nodeCode.prune(folder).catch((error: Error) => this.#options.onProblem(`Old modules of Node could not be removed: ${error.message}. The next push tries again.`));
    return folder;
  }

  #restoreNodeCode(sources: NodeSources): void {
    if (this.#isRestoring || this.#isClosed) return;
    this.#isRestoring = true;
    const activate = (): void => {
      this.#isRestoring = false;
      if (!this.#isClosed) this.#activate();
    };
    this.#options.nodeCode.prepare(sources).then(activate, (error: Error) => {
      if (this.#isClosed) return;
      this.#options.onProblem(`Actions of Node can't run yet: ${error.message}. Trying again in ${RESTORE_AGAIN_MS / 1000} s.`);
      this.#restoreTimer = setTimeout(activate, RESTORE_AGAIN_MS).unref();
    });
  }

  #visibleEnvironment(): EnvironmentVariables {
    return fullEnvironment(readEnvironment(this.#begin()), this.#options.instance);
  }

  #begin(): Transaction {
    return this.#database.begin("query", NO_LIMITS);
  }
}

function definitionsOf({ definition, components = [] }: DeploymentRecord): Definitions {
  return { app: definition, components: new Map(components.map((component) => [component.definition.path, component.definition])) };
}

function indexDiffsOf({ changes }: StartedPush): IndexDiffs {
  return new Map(Array.from(changes.byNamespace, ([path, { diff }]) => [path, diff]));
}

function statusOf({ status: { check, indexesReady, indexesTotal } }: SchemaChange): object {
  return { schemaValidationComplete: check.state === "valid", indexesComplete: indexesReady, indexesTotal };
}

function superseded(): DeployError {
  return new DeployError("RaceDetected", "Another push was started after this one, or an import replaced tables meanwhile. Push again if yours is to be the one that runs.");
}
