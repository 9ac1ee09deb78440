/** The log streams that the settings name. */
import { resolve } from "node:path";
import type { Settings } from "../settings.js";
import { newSecret, type LogStreamConfig } from "./stream-config.js";

export const WEBHOOK_ID = "webhook";
export const FILE_ID = "file";

/** Without a secret, requests are signed by one that nobody knows. */
export function fixedStreams({ logWebhook, logWebhookSecret, logWebhookFormat, logFile, logFileBytesMax, logFilesMax }: Settings): readonly LogStreamConfig[] {
  const streams: LogStreamConfig[] = [];
  if (logWebhook !== null) streams.push({ type: "webhook", id: WEBHOOK_ID, url: logWebhook, format: logWebhookFormat, hmacSecret: logWebhookSecret ?? newSecret(), topics: null });
  if (logFile !== null) streams.push({ type: "file", id: FILE_ID, path: resolve(logFile), bytesMax: logFileBytesMax, filesMax: logFilesMax, topics: null });
  return streams;
}
