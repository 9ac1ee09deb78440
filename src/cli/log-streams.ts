/** `rivulet log-streams`: where the events of a deployment are sent. A server that runs on the data folder heeds changes within a second. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { checkTopics, checkWebhookUrl, LogStreamConfigError, LogStreamFile, newSecret, type LogStreamConfig, type WebhookFormat } from "../server/log-streams/stream-config.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import type { Io } from "./io.js";

export interface StreamOptions {
  /** Comma-separated; none for all. */
  readonly topics: string | undefined;
  readonly format: string | undefined;
}

/** Id and secret on the output, for scripts. */
export function addWebhook(url: string, { topics, format = "json" }: StreamOptions, flags: SettingFlags, io: Io): void {
  if (format !== "json" && format !== "jsonl") throw new LogStreamConfigError(`--format must be json or jsonl, not "${format}".`);
  const file = openFile(flags, io);
  const stream = { type: "webhook", id: file.newId(), url: checkWebhookUrl(url), format: format satisfies WebhookFormat, hmacSecret: newSecret(), topics: parseTopics(topics) } as const;
  file.add(stream);
  io.out(`${stream.id}  ${stream.hmacSecret}`);
  io.err("Requests are signed with this secret: x-webhook-signature is sha256= and the HMAC-SHA-256 of the body.");
}

export function addFile(path: string, { topics }: StreamOptions, flags: SettingFlags, io: Io): void {
  const { logFileBytesMax: bytesMax, logFilesMax: filesMax } = readSettings(flags, io.environment);
  const file = openFile(flags, io);
  const stream = { type: "file", id: file.newId(), path: resolve(path), bytesMax, filesMax, topics: parseTopics(topics) } as const;
  file.add(stream);
  io.out(stream.id);
}

export function listStreams(flags: SettingFlags, io: Io): void {
  const streams = openFile(flags, io).list();
  if (streams.length === 0) io.err("There are no log streams. Make one with: rivulet log-streams add <url>");
  for (const stream of streams) io.out(`${stream.id}  ${describe(stream)}  ${stream.topics?.join(",") ?? "all topics"}`);
}

export function removeStream(id: string, flags: SettingFlags, io: Io): void {
  if (!openFile(flags, io).remove(id)) throw new LogStreamConfigError(`There is no log stream "${id}". rivulet log-streams list shows them; those of flags and variables end with these.`);
  io.err(`The log stream ${id} is removed.`);
}

function describe(stream: LogStreamConfig): string {
  return stream.type === "file" ? `file ${stream.path}` : `webhook ${stream.url} (${stream.format})`;
}

function parseTopics(topics: string | undefined): LogStreamConfig["topics"] {
  return topics === undefined ? null : checkTopics(topics.split(",").map((topic) => topic.trim()));
}

function openFile(flags: SettingFlags, io: Io): LogStreamFile {
  const { dataFolder } = readSettings(flags, io.environment);
  if (!existsSync(dataFolder)) throw new LogStreamConfigError(`There is no data folder ${dataFolder}. Name the folder of the server with --data.`);
  return new LogStreamFile(dataFolder);
}
