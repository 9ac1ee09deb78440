/**
 * Every setting of a server, in one table: its flag, its environment variable, its default, how its text is read and what
 * it is for. The command line's options and help, the engine's options and the network's are all made from it. A flag
 * wins over the environment, the environment over the default.
 */
import { resolve } from "node:path";
import type { EngineLimits } from "./engine-messages.js";
import { LOG_LEVELS, type LogLevel } from "./network/logger.js";

/** A value that a setting cannot take; the message names the flag or variable it came from. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

export type SettingGroup = "server" | "limits";

export interface Setting<T> {
  readonly group: SettingGroup;
  /** Without dashes. The environment variable is the same name: `site-port`, `RIVULET_SITE_PORT`. */
  readonly flag: string;
  readonly placeholder: string;
  readonly help: string;
  /** As a user would write it; null: none. */
  readonly default: string | null;
  /** Throws an Error that completes "--flag must be …". */
  readonly parse: (text: string) => T;
}

function setting<T>(flag: string, placeholder: string, fallback: string, parse: (text: string) => T, help: string): Setting<T> {
  return { group: "server", flag, placeholder, help, default: fallback, parse };
}

function limit(flag: string, placeholder: string, fallback: string, parse: (text: string) => number, help: string): Setting<number> {
  return { group: "limits", flag, placeholder, help, default: fallback, parse };
}

function optional<T>(flag: string, placeholder: string, parse: (text: string) => T, help: string): Setting<T | null> {
  return { group: "server", flag, placeholder, help, default: null, parse };
}

export const SETTINGS = {
  dataFolder: setting("data", "folder", "rivulet-data", (text) => resolve(nonEmpty(text)), "folder that holds everything the deployment stores"),
  host: setting("host", "address", "127.0.0.1", nonEmpty, "address to listen on; 0.0.0.0 for all"),
  port: setting("port", "number", "3210", portNumber, "port of clients and of the deploy API; 0 for any free one"),
  sitePort: optional("site-port", "number", portNumber, "second port that serves only HTTP actions"),
  origin: optional("origin", "url", httpOrigin, "public URL of the server, where a proxy stands before it; functions see it as CONVEX_CLOUD_URL"),
  siteOrigin: optional("site-origin", "url", httpOrigin, "public URL of HTTP actions; functions see it as CONVEX_SITE_URL"),
  instanceName: setting("instance-name", "name", "rivulet", nonEmpty, "name of the deployment"),
  redactErrors: setting("redact-errors", "yes|no", "no", yesOrNo, "show clients \"Server Error\" in place of a function's ordinary error; a ConvexError's data always passes"),
  testClock: setting("test-clock", "yes|no", "no", yesOrNo, "let admins move the server's clock forward, for tests of what waits for days: POST /api/test_clock {\"advanceMs\": 1000}"),
  metricsPublic: setting("metrics-public", "yes|no", "no", yesOrNo, "let anybody read /metrics; otherwise it needs an admin key: Authorization: Bearer <admin key>"),
  logLevel: setting("log-level", LOG_LEVELS.join("|"), "info", logLevel, "least level of the server's own log lines"),
  logAgeMax: setting("log-age-max", "duration", "7d", durationMs, "function logs and commits older than this are dropped"),
  logAgeMin: setting("log-age-min", "duration", "10m", durationMs, "commits, and answers to clients that lost their connection, are kept at least this long"),
  logBytesMax: setting("log-bytes-max", "size", "1GiB", bytes, "size of the commit log from which the oldest are dropped"),
  logHistoryBytesMax: setting("log-history-bytes-max", "size", "64MiB", bytesOrNone, "size of the function logs that are kept on disk for convex logs --history; 0 to keep none"),
  logFile: optional("log-file", "path", nonEmpty, "write events (console lines, executions, audit log) to this file, one JSON object a line"),
  logFileBytesMax: setting("log-file-bytes-max", "size", "100MiB", bytes, "size from which the log file is set aside: file.1, file.2, …"),
  logFilesMax: setting("log-files-max", "number", "5", positive, "log files that were set aside and are kept"),
  logWebhook: optional("log-webhook", "url", webhookUrl, "send events to this URL"),
  logWebhookFormat: setting("log-webhook-format", "json|jsonl", "json", webhookFormat, "an array of events a request, or one event a line"),
  logWebhookSecret: optional("log-webhook-secret", "text", nonEmpty, "secret that signs requests to the webhook (x-webhook-signature); give it as a variable, since flags are seen by others on the machine"),
  statsInterval: setting("log-stats-interval", "duration", "1m", durationMs, "time between events about the scheduler and concurrency"),
  s3Bucket: optional("s3-bucket", "name", nonEmpty, "keep the bytes of files in this bucket of an S3 service, in place of the data folder; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
  s3Endpoint: optional("s3-endpoint", "url", httpOrigin, "address of the S3 service, where it is not Amazon's"),
  s3Region: setting("s3-region", "name", "us-east-1", nonEmpty, "region of the bucket"),
  s3Prefix: setting("s3-prefix", "text", "rivulet/", objectPrefix, "what the names of files in the bucket start with"),
  exportAgeMax: setting("export-age-max", "duration", "7d", durationMs, "archives of exports are kept this long"),
  importBytesMax: limit("import-bytes-max", "size", "64GiB", bytes, "largest file that can be imported, and what an archive may hold unpacked"),
  fileBytesMax: limit("file-bytes-max", "size", "1TiB", bytes, "largest file that can be stored"),
  socketsMax: limit("sockets-max", "number", "20000", positive, "WebSocket connections at once"),
  frameBytesMax: limit("frame-bytes-max", "size", "16.125MiB", bytes, "largest message of a client, over a socket or as a function call over HTTP"),
  httpBodyBytesMax: limit("http-body-bytes-max", "size", "20MiB", bytes, "request body, and response body, of an HTTP action"),
  httpIdleMsMax: limit("http-idle-time-max", "duration", "2m", durationMs, "a client of an HTTP action that sends or takes nothing for this long, while it is waited for, is cut off"),
  bodyBytesMax: limit("body-bytes-max", "size", "256MiB", bytes, "largest request body of the deploy API, decompressed"),
  heapMbMax: limit("heap-mb-max", "number", "2048", positive, "memory of the engine's JavaScript heap, in MB"),
  bytesReadMax: limit("bytes-read-max", "size", "16MiB", bytes, "read by one function execution"),
  documentsReadMax: limit("documents-read-max", "number", "32000", positive, "documents read by one function execution"),
  rangesReadMax: limit("ranges-read-max", "number", "4096", positive, "index ranges read by one function execution"),
  bytesWrittenMax: limit("bytes-written-max", "size", "16MiB", bytes, "written by one mutation"),
  documentsWrittenMax: limit("documents-written-max", "number", "16000", positive, "documents written by one mutation"),
  scheduledFunctionsMax: limit("scheduled-functions-max", "number", "1000", positive, "functions scheduled by one mutation"),
  scheduledArgumentBytesMax: limit("scheduled-argument-bytes-max", "size", "16MiB", bytes, "arguments of the functions scheduled by one mutation, together"),
  filesReadMax: limit("files-read-max", "number", "1000", positive, "files whose bytes one mutation reads"),
  fileBytesReadMax: limit("file-bytes-read-max", "size", "16MiB", bytes, "bytes of files that one mutation reads"),
  filesWrittenMax: limit("files-written-max", "number", "1000", positive, "files that one mutation stores"),
  fileBytesWrittenMax: limit("file-bytes-written-max", "size", "16MiB", bytes, "bytes of files that one mutation stores"),
  functionMsMax: limit("function-time-max", "duration", "1s", durationMs, "time of user code in one query or mutation"),
  actionsMax: limit("actions-max", "number", "64", positive, "actions of the default runtime at once; the others wait"),
  nodeActionsMax: limit("node-actions-max", "number", "64", positive, "actions of Node (\"use node\") at once; the others wait"),
  actionMsMax: limit("action-time-max", "duration", "10m", durationMs, "time of one action"),
  actionMemoryMbMax: limit("action-memory-mb-max", "number", "64", positive, "memory of one action of the default runtime, in MB"),
  nodeActionMemoryMbMax: limit("node-action-memory-mb-max", "number", "512", positive, "memory of one action of Node, in MB"),
  argumentBytesMax: limit("argument-bytes-max", "size", "16MiB", bytes, "arguments of one function call"),
  resultBytesMax: limit("result-bytes-max", "size", "16MiB", bytes, "result of one function call"),
  warmQueryMs: limit("warm-query-time", "duration", "5s", durationMs, "a query's result is kept this long after its last subscriber left"),
  subscriptionsPerSocketMax: limit("subscriptions-per-socket-max", "number", "10000", positive, "live queries of one client"),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]["parse"]> };
/** Texts of flags that were given, by setting. */
export type SettingFlags = { readonly [Name in SettingName]?: string | undefined };

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function environmentVariable(name: SettingName): string {
  return `RIVULET_${SETTINGS[name].flag.replaceAll("-", "_").toUpperCase()}`;
}

/** `defaults` take the place of the table's own. Throws {@link SettingsError}. */
export function readSettings(flags: SettingFlags, environment: NodeJS.ProcessEnv, defaults: SettingFlags = {}): Settings {
  const values = SETTING_NAMES.map((name) => [name, readSetting(name, flags, environment, defaults)] as const);
  return Object.fromEntries(values) as Settings;
}

function readSetting(name: SettingName, flags: SettingFlags, environment: NodeJS.ProcessEnv, defaults: SettingFlags): unknown {
  const { flag, parse, default: tableDefault } = SETTINGS[name];
  const variable = environmentVariable(name);
  const fromFlag = flags[name];
  // A variable set to nothing is how container files say "not set".
  const fromEnvironment = environment[variable] === "" ? undefined : environment[variable];
  const text = fromFlag ?? fromEnvironment ?? defaults[name] ?? tableDefault;
  if (text === null) return null;
  try {
    return parse(text);
  } catch (error) {
    const source = fromFlag !== undefined || fromEnvironment === undefined ? `--${flag}` : variable;
    throw new SettingsError(`${source} must be ${(error as Error).message}, not "${text}".`, { cause: error });
  }
}

export function engineLimits(settings: Settings): EngineLimits {
  const { bytesReadMax, documentsReadMax, rangesReadMax, bytesWrittenMax, documentsWrittenMax, functionMsMax } = settings;
  const { scheduledFunctionsMax, scheduledArgumentBytesMax, filesReadMax, fileBytesReadMax, filesWrittenMax, fileBytesWrittenMax } = settings;
  const { actionsMax, nodeActionsMax, actionMsMax, actionMemoryMbMax, nodeActionMemoryMbMax } = settings;
  const { argumentBytesMax, resultBytesMax, heapMbMax, warmQueryMs, subscriptionsPerSocketMax } = settings;
  return {
    bytesReadMax,
    documentsReadMax,
    rangesReadMax,
    bytesWrittenMax,
    documentsWrittenMax,
    scheduledFunctionsMax,
    scheduledArgumentBytesMax,
    filesReadMax,
    fileBytesReadMax,
    filesWrittenMax,
    fileBytesWrittenMax,
    functionMsMax,
    argumentBytesMax,
    resultBytesMax,
    heapMbMax,
    actionsMax,
    nodeActionsMax,
    actionMsMax,
    actionMemoryMbMax,
    nodeActionMemoryMbMax,
    warmQueryMs,
    subscriptionsPerSocketMax,
  };
}

function nonEmpty(text: string): string {
  if (text.trim() === "") throw new Error("a text that is not empty");
  return text;
}

/** Characters that mean the same in a name, a URL and a signature. */
function objectPrefix(text: string): string {
  if (!/^[\w.-][\w./-]{0,199}$/.test(text)) throw new Error("up to 200 letters, digits, \"_\", \"-\", \".\" and \"/\", not starting with \"/\"");
  return text;
}

function wholeNumber(text: string, min: number, max: number, description: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(description);
  return value;
}

function portNumber(text: string): number {
  return wholeNumber(text, 0, 65_535, "a port from 0 to 65535");
}

function positive(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER, "a whole number of at least 1");
}

function yesOrNo(text: string): boolean {
  if (/^(yes|true|1)$/i.test(text)) return true;
  if (/^(no|false|0)$/i.test(text)) return false;
  throw new Error("yes or no");
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((candidate) => candidate === text);
  if (level === undefined) throw new Error(`one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function webhookUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).href;
  throw new Error("an http or https URL");
}

function webhookFormat(text: string): "json" | "jsonl" {
  if (text === "json" || text === "jsonl") return text;
  throw new Error("json or jsonl");
}

function httpOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
    throw new Error("a URL such as https://api.example.com");
  }
  return url.href.replace(/\/+$/, "");
}

const BYTES_BY_UNIT: Readonly<Record<string, number>> = {
  "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40, tb: 1e12,
};

function bytes(text: string): number {
  return withUnit(text, BYTES_BY_UNIT, "a size such as 64KiB, 16MiB or a number of bytes");
}

function bytesOrNone(text: string): number {
  return text.trim() === "0" ? 0 : withUnit(text, BYTES_BY_UNIT, "a size such as 64KiB, 16MiB or a number of bytes; or 0");
}

const MS_BY_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

function durationMs(text: string): number {
  return withUnit(text, MS_BY_UNIT, "a duration such as 500ms, 30s, 5m, 12h or 7d");
}

function withUnit(text: string, units: Readonly<Record<string, number>>, description: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  const value = number === undefined || factor === undefined ? Number.NaN : Math.round(Number(number) * factor);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(description);
  return value;
}
