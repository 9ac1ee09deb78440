/**
 * Puts a server together, network side: ports, the data folder, admin keys, sockets, HTTP, and the host of the engine
 * thread, which opens the database. What takes time goes on side by side:
 *
 *     ports ─┬─ this thread:   lock and check the folder ─ modules of the network ──────────┬─ ready ─ metrics ─ answers
 *            └─ engine thread: its modules ─ wait for the folder ─ open the store, code ────┘
 */
import { join } from "node:path";
import { FILES_FOLDER, type DataFolder } from "../storage/folder.js";
import { AdminKeys } from "./admin-keys.js";
import { SigningKeys } from "./auth/signing-keys.js";
import { EngineHost, type EngineEvents, type EngineHostOptions } from "./engine-host.js";
import { ExportThread } from "./streaming-export/export-thread.js";
import { createFileStore } from "./files/create-file-store.js";
import type { FileStorage } from "./files/file-storage.js";
import { FileStoreError } from "./files/file-store.js";
import type { S3Credentials } from "./files/s3-client.js";
import { garbageCollector } from "./garbage-collector.js";
import type { LogStreams } from "./log-streams/log-streams.js";
import { createStreamingFlag } from "./log-streams/streaming-flag.js";
import type { NetworkContext, RequestHandler } from "./network/http-server.js";
import { Listener } from "./network/listener.js";
import { createJsonLogger, type Logger } from "./network/logger.js";
import type * as MetricsModule from "./network/metrics.js";
import type { BackupApi } from "./network/backup-api.js";
import type { StorageApi } from "./network/storage-api.js";
import type { Sockets } from "./network/sockets.js";
import { engineLimits, type Settings } from "./settings.js";
import { TestClock } from "./test-clock.js";
import type { TransferJobs } from "./transfer/transfer-jobs.js";

export interface RunningServer {
  /** Where clients connect: the origin setting, or the port that is listened on. */
  readonly url: string;
  readonly siteUrl: string;
  /** Resolves, with the reason, when the server cannot go on and the process should end. */
  readonly failed: Promise<Error>;
  /** Stops accepting, finishes what was begun, says good-bye to sockets. Takes 5 s at most. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** `RIVULET_ADMIN_KEY`. */
  readonly presetAdminKey?: string | undefined;
  /** JSON lines on the error stream by default. */
  readonly log?: Logger;
  readonly engineWorkerUrl?: URL;
  /** For `--s3-bucket`. */
  readonly s3Credentials?: S3Credentials | null;
}

const collectGarbage = garbageCollector();

/** What sockets and requests in progress get to end by themselves. */
const GOOD_BYE_MS = 500;
/** RFC 6455; named here so that the socket library is not loaded before the engine starts. */
const CLOSE_SERVICE_RESTART = 1012;

/** Rejects with a message fit for the user: port in use, data folder not usable, bad key file. */
export async function startServer(settings: Settings, options: ServerOptions = {}): Promise<RunningServer> {
  const handlers: Handlers = { main: deferred(), site: deferred() };
  const listeners = await openListeners(settings, handlers);
  const origins = originsOf(settings, listeners);
  const testClock = settings.testClock ? new TestClock() : null;
  const opening = openFolder(settings.dataFolder, options.presetAdminKey, testClock);
  const log = Promise.resolve(options.log ?? createJsonLogger(settings.logLevel));
  const sockets: { current: Sockets | null } = { current: null };
  const files: { current: FileStorage | null } = { current: null };
  const transfers: { current: TransferJobs | null } = { current: null };
  const failure = deferred<Error>();
  const streaming = createStreamingFlag();
  const streams: { current: LogStreams | null } = { current: null };
  const host = new EngineHost({
    engine: { ...engineOptions(settings, origins), streaming: { flag: streaming, statsIntervalMs: settings.statsInterval }, ...(testClock === null ? {} : { testClock: testClock.shared }) },
    events: engineEvents(sockets, files, streams, log, failure.resolve),
    ...(options.engineWorkerUrl === undefined ? {} : { workerUrl: options.engineWorkerUrl }),
  });
  const exports = new ExportThread({ dataFolder: settings.dataFolder });
  try {
    const space = fileSpace(host);
    const store = createFileStore(settings, options.s3Credentials ?? null, space.get);
    const [{ adminKeys, signingKeys }, modules, logger, fileStore] = await Promise.all([opening, opening.then(loadNetworkModules), log, store, host.start(opening)]);
    files.current = new modules.FileStorage({ engine: host, store: fileStore, openSpace: settings.s3Bucket === null ? null : (other) => createFileStore(settings, options.s3Credentials ?? null, async () => other), bytesMax: settings.fileBytesMax, onSent: (storageId, bytes) => streams.current?.fileSent(storageId, bytes), log: logger });
    const { instanceName, dataFolder } = settings;
    streams.current = new modules.LogStreams({ dataFolder, instanceName, fixed: modules.fixedStreams(settings), flag: streaming, log: logger, onChanged: (event) => void host.call({ kind: "audit", event }) });
    const testClockShared = testClock === null ? null : testClock.shared;
    transfers.current = new modules.TransferJobs({ settings, s3Credentials: options.s3Credentials ?? null, testClock: testClockShared, engine: host, files: files.current, log: logger });
    const backups = new modules.BackupApi({
      settings,
      s3Credentials: options.s3Credentials ?? null,
      adminKeys,
      files: files.current,
      log: logger,
      fileSpace: space.get,
      nowMs: () => Date.now() + (testClock?.aheadMs ?? 0),
      whilePaused: (swap) => exports.whileClosed(() => transfers.current!.whileClosed(() => host.pause("InternalServerError: the deployment is replaced from a backup", swap))).finally(space.forget),
    });
    await backups.removeLeftovers();
    sockets.current = openNetwork(modules, { settings, testClock, origins, host, adminKeys, signingKeys, files: files.current.api, exports, transfers: transfers.current, logStreams: streams.current, backups, log: logger, handlers, fail: failure.resolve });
  } catch (error) {
    await transfers.current?.close();
    await host.stop();
    await streams.current?.close();
    await closeListeners(listeners, 0);
    await opening.then(
      ({ folder }) => folder.release(),
      () => undefined, // that is the error
    );
    throw error;
  }
  const close = async () => {
    for (const listener of listeners) listener.stopAccepting();
    files.current?.close();
    await transfers.current?.close();
    await Promise.all([host.stop(), exports.close()]);
    await Promise.all([sockets.current?.shutDown(GOOD_BYE_MS), streams.current?.close()]);
    await closeListeners(listeners, GOOD_BYE_MS);
    await (await opening).folder.release();
  };
  let closing: Promise<void> | null = null;
  return { url: origins.cloudOrigin, siteUrl: origins.siteOrigin, failed: failure.promise, close: () => (closing ??= close()) };
}

interface OpenFolder {
  readonly folder: DataFolder;
  readonly adminKeys: AdminKeys;
  readonly signingKeys: SigningKeys;
}

/** The lock on the folder belongs to this thread: engine threads come and go under it. */
async function openFolder(path: string, presetAdminKey: string | undefined, testClock: TestClock | null): Promise<OpenFolder> {
  const { openDataFolder } = await import("../storage/folder.js");
  const folder = await openDataFolder(path);
  try {
    await testClock?.open(folder.path);
    const signingKeys = new SigningKeys(folder.path);
    signingKeys.ensure();
    return { folder, signingKeys, adminKeys: AdminKeys.open(folder.path, presetAdminKey) };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

interface Origins {
  readonly cloudOrigin: string;
  readonly siteOrigin: string;
  readonly internalOrigin: string;
}

interface Handlers {
  readonly main: Deferred<RequestHandler>;
  readonly site: Deferred<RequestHandler>;
}

async function openListeners({ host, port, sitePort }: Settings, { main, site }: Handlers): Promise<readonly Listener[]> {
  const mainListener = await Listener.open(host, port, "--port", main.promise);
  if (sitePort === null) return [mainListener];
  try {
    return [mainListener, await Listener.open(host, sitePort, "--site-port", site.promise)];
  } catch (error) {
    await closeListeners([mainListener], 0);
    throw error;
  }
}

async function closeListeners(listeners: readonly Listener[], graceMs: number): Promise<void> {
  for (const listener of listeners) listener.stopAccepting();
  await Promise.all(listeners.map((listener) => listener.finish(graceMs)));
}

/** Without an origin of its own the site is on the main port. */
function originsOf({ host, origin, siteOrigin }: Settings, [main, site]: readonly Listener[]): Origins {
  const local = (listener: Listener) => `http://${reachableHost(host)}:${listener.port}`;
  const internalOrigin = local(main!);
  const cloudOrigin = origin ?? internalOrigin;
  return { cloudOrigin, internalOrigin, siteOrigin: siteOrigin ?? (site === undefined ? cloudOrigin : local(site)) };
}

function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function engineOptions(settings: Settings, origins: Origins): EngineHostOptions["engine"] {
  const { dataFolder, instanceName, redactErrors, logAgeMax, logAgeMin, logBytesMax, logHistoryBytesMax } = settings;
  const logRetention = { ageMsMax: logAgeMax, ageMsMin: logAgeMin, bytesMax: logBytesMax };
  const filesFolder = settings.s3Bucket === null ? join(dataFolder, FILES_FOLDER) : null;
  return { dataFolder, filesFolder, instanceName, redactErrors, ...origins, limits: engineLimits(settings), logRetention, logHistoryBytesMax };
}

function engineEvents(sockets: { readonly current: Sockets | null }, files: { readonly current: FileStorage | null }, streams: { readonly current: LogStreams | null }, log: Promise<Logger>, fail: (error: Error) => void): EngineEvents {
  return {
    onSend: (socket, text) => sockets.current?.send(socket, text),
    onClose: (socket, code, reason) => sockets.current?.close(socket, code, reason),
    onBatchEnd: () => sockets.current?.endBatch(),
    onFilesDeleted: (keys) => files.current?.remove(keys),
    onLogEvents: (events) => streams.current?.push(events),
    onLog: ({ level, message, fields }) => void log.then((logger) => logger.log(level, message, fields)),
    onDeath: (reason) => sockets.current?.closeAll(CLOSE_SERVICE_RESTART, reason),
    onFailed: fail,
  };
}

async function loadNetworkModules() {
  const [httpServer, sockets, files, backups, site, logStreams, fixed, transferJobs, transferApi] = await Promise.all([
    import("./network/http-server.js"),
    import("./network/sockets.js"),
    import("./files/file-storage.js"),
    import("./network/backup-api.js"),
    import("./network/site-router.js"),
    import("./log-streams/log-streams.js"),
    import("./log-streams/fixed-streams.js"),
    import("./transfer/transfer-jobs.js"),
    import("./network/transfer-api.js"),
  ]);
  return { ...httpServer, ...sockets, ...files, ...backups, ...site, ...logStreams, ...fixed, ...transferJobs, ...transferApi };
}

/** Where this deployment's files are among those of others; asked for once for each store. */
function fileSpace(host: EngineHost): { readonly get: () => Promise<string>; readonly forget: () => void } {
  let space: string | null = null;
  const get = async (): Promise<string> => {
    if (space !== null) return space;
    const reply = await host.call({ kind: "files", request: { type: "space" } });
    if (!reply.ok) throw new FileStoreError("unavailable", "The engine is starting again.");
    return (space = (JSON.parse(reply.body) as { space: string }).space);
  };
  return { get, forget: () => (space = null) };
}

interface NetworkParts {
  readonly settings: Settings;
  readonly testClock: TestClock | null;
  readonly origins: Origins;
  readonly host: EngineHost;
  readonly adminKeys: AdminKeys;
  readonly signingKeys: SigningKeys;
  readonly files: StorageApi;
  readonly exports: ExportThread;
  readonly logStreams: LogStreams;
  readonly backups: BackupApi;
  readonly transfers: TransferJobs;
  readonly log: Logger;
  readonly handlers: Handlers;
  readonly fail: (error: Error) => void;
}

/** Requests are answered as soon as the library for metrics is loaded too; they wait for it, the start does not. */
function openNetwork(modules: Awaited<ReturnType<typeof loadNetworkModules>>, parts: NetworkParts): Sockets {
  const { settings, testClock, origins, host, adminKeys, signingKeys, files, exports, transfers, logStreams, backups, log, handlers, fail } = parts;
  const { bodyBytesMax, frameBytesMax, httpBodyBytesMax, httpIdleMsMax, instanceName, metricsPublic, socketsMax } = settings;
  const sockets = new modules.Sockets({
    post: (message) => host.post(message),
    engineIsRunning: () => host.isRunning,
    socketsMax,
    frameBytesMax,
    now: () => performance.now(),
  });
  const context: Omit<NetworkContext, "metrics"> = {
    ...origins,
    engine: host,
    collectGarbage,
    testClock,
    adminKeys,
    signingKeys,
    files,
    exports,
    logStreams,
    backups,
    transfers: new modules.TransferApi({ engine: host, adminKeys, jobs: transfers, dataFolder: settings.dataFolder, instanceName }),
    site: new modules.SiteRouter({ engine: host, bodyBytesMax: httpBodyBytesMax, idleMsMax: httpIdleMsMax, origin: settings.siteOrigin ?? settings.origin, log }),
    bodyBytesMax,
    frameBytesMax,
    instanceName,
    metricsPublic,
    log,
    acceptSocket: (incoming, stream, head) => sockets.accept(incoming, stream, head),
  };
  const answer = ({ Metrics }: typeof MetricsModule) => {
    const measured = { ...context, metrics: new Metrics(host, () => sockets.counts()) };
    handlers.main.resolve(modules.createRequestHandler(measured));
    handlers.site.resolve(modules.createSiteHandler(measured));
  };
  import("./network/metrics.js").then(answer).catch(fail);
  return sockets;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
