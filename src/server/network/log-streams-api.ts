/**
 * Log streams over HTTP, as the public deployment API has them (`/api/v1/…_log_stream`). Webhooks can be made and changed here; files
 * are written where settings or the command line say, since that is up to whoever runs the server.
 */
import type { IncomingMessage } from "node:http";
import type { AuditActor } from "../audit/deployment-audit.js";
import { lazySchema } from "../lazy-schema.js";
import type { LogStream } from "../log-streams/log-stream.js";
import type { LogStreams } from "../log-streams/log-streams.js";
import { checkTopics, checkWebhookUrl, LogStreamConfigError, newSecret, type WebhookStreamConfig } from "../log-streams/stream-config.js";
import type { AdminApiContext, AdminRoute } from "./admin-api.js";
import { parseJsonObject, readBody } from "./body.js";
import { clientInfo } from "./client-info.js";
import { requireAdmin } from "./credentials.js";
import { JSON_TYPE, jsonReply, RequestError, type HttpReply } from "./replies.js";

const BODY_BYTES_MAX = 64 * 1024;
const DONE: HttpReply = { status: 200, contentType: JSON_TYPE, body: "null" };

const TOPICS = "topics";
const CREATE = lazySchema((z) => z.looseObject({ logStreamType: z.string(), url: z.string(), format: z.enum(["json", "jsonl"]).default("json"), [TOPICS]: z.array(z.unknown()).nullish() }));
const UPDATE = lazySchema((z) => z.looseObject({ logStreamType: z.string().default("webhook"), url: z.string().nullish(), format: z.enum(["json", "jsonl"]).nullish(), [TOPICS]: z.array(z.unknown()).nullish() }));

interface StreamRequest {
  readonly streams: LogStreams;
  readonly actor: AuditActor;
  /** Last part of the path. */
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** With `{id}` for what the path ends with. */
export const LOG_STREAM_ROUTES: readonly (readonly [route: string, answer: AdminRoute])[] = [
  ["GET /api/v1/list_log_streams", route(({ streams }) => jsonReply(streams.streams().map(shown)))],
  ["GET /api/v1/get_log_stream/{id}", route(({ streams, id }) => jsonReply(shown(find(streams, id))))],
  ["POST /api/v1/create_log_stream", route(create)],
  ["POST /api/v1/update_log_stream/{id}", route(update)],
  ["POST /api/v1/delete_log_stream/{id}", route(remove)],
  ["POST /api/v1/rotate_webhook_secret/{id}", route(rotate)],
];

function route(answer: (request: StreamRequest) => HttpReply): AdminRoute {
  return async (incoming: IncomingMessage, url: URL, { adminKeys, logStreams }: AdminApiContext) => {
    const { keyName } = requireAdmin(incoming.headers.authorization, adminKeys);
    const text = incoming.method === "POST" ? await readBody(incoming, BODY_BYTES_MAX) : "";
    const id = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
    try {
      return answer({ streams: logStreams, actor: { keyName, client: clientInfo(incoming) }, id, body: text === "" ? {} : parseJsonObject(text) });
    } catch (error) {
      if (error instanceof LogStreamConfigError) throw new RequestError(400, "BadLogStream", error.message, { cause: error });
      throw error;
    }
  };
}

function create({ streams, actor, body }: StreamRequest): HttpReply {
  const parsed = CREATE.parse(body);
  if (!parsed.ok) throw new RequestError(400, "BadLogStream", `The log stream can't be made: ${parsed.problem}`);
  const { logStreamType, url, format, topics } = parsed.data;
  requireWebhook(logStreamType);
  const id = streams.file.newId();
  const hmacSecret = newSecret();
  streams.file.add({ type: "webhook", id, url: checkWebhookUrl(url), format, hmacSecret, topics: checkTopics(topics ?? null) });
  streams.look(actor);
  return jsonReply({ logStreamType: "webhook", id, hmacSecret });
}

/** What is left out stays; topics can be null, for all. */
function update({ streams, actor, id, body }: StreamRequest): HttpReply {
  const parsed = UPDATE.parse(body);
  if (!parsed.ok) throw new RequestError(400, "BadLogStream", `The log stream can't be changed: ${parsed.problem}`);
  const { logStreamType, url, format, topics } = parsed.data;
  requireWebhook(logStreamType);
  const config = findWebhook(streams, id);
  streams.file.replace({ ...config, url: typeof url === "string" ? checkWebhookUrl(url) : config.url, format: format ?? config.format, topics: topics === undefined ? config.topics : checkTopics(topics) });
  streams.look(actor);
  return DONE;
}

function remove({ streams, actor, id }: StreamRequest): HttpReply {
  findChangeable(streams, id);
  streams.file.remove(id);
  streams.look(actor);
  return DONE;
}

function rotate({ streams, actor, id }: StreamRequest): HttpReply {
  const hmacSecret = newSecret();
  streams.file.replace({ ...findWebhook(streams, id), hmacSecret });
  streams.look(actor);
  return jsonReply({ logStreamType: "webhook", hmacSecret });
}

function find(streams: LogStreams, id: string): LogStream {
  const stream = streams.get(id);
  if (stream === undefined) throw new RequestError(400, "NoSuchLogStream", `There is no log stream ${JSON.stringify(id).slice(0, 64)}. GET /api/v1/list_log_streams lists them.`);
  return stream;
}

function findChangeable(streams: LogStreams, id: string): LogStream {
  const stream = find(streams, id);
  if (streams.isFixed(id)) throw new RequestError(400, "FixedLogStream", `The log stream "${id}" comes from the settings of the server: change them, and start it again.`);
  return stream;
}

function findWebhook(streams: LogStreams, id: string): WebhookStreamConfig {
  const { config } = findChangeable(streams, id);
  if (config.type === "webhook") return config;
  throw new RequestError(400, "BadLogStream", `The log stream "${id}" is a file: change it on the server, with rivulet log-streams.`);
}

function requireWebhook(logStreamType: string): void {
  if (logStreamType === "webhook") return;
  throw new RequestError(400, "NotSupported", `Log streams of the type ${JSON.stringify(logStreamType).slice(0, 64)} are not supported by this version of Rivulet: use a webhook, or a file (rivulet log-streams).`);
}

function shown({ config, status, lost }: LogStream): object {
  const { type, ...fields } = config;
  return { logStreamType: type, ...fields, status, eventsLost: lost };
}
