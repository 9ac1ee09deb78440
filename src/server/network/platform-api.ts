/**
 * The part of the public deployment platform API (`/api/v1/…`, package `@convex-dev/platform`) that is about environment
 * variables and the deployment itself.
 */
import { parseJsonObject } from "./body.js";
import type { EngineCaller } from "./function-api.js";
import { engineReplyToHttp, jsonReply, type HttpReply } from "./replies.js";
import type { Credentials } from "../engine-messages.js";

/** `{environmentVariables: {NAME: value}}` */
export async function listEnvironmentVariables(engine: EngineCaller, credentials: Credentials, requestId: string): Promise<HttpReply> {
  const reply = await engine.call({
    kind: "runFunction", functionKind: "query", path: "_system/cli/queryEnvironmentVariables", componentPath: "", args: "{}",
    credentials, atTs: null, client: { ip: null, userAgent: null }, requestId,
  });
  if (!reply.ok) return engineReplyToHttp(reply);
  const variables = parseJsonObject(reply.body)["value"] as readonly { readonly name: string; readonly value: string }[];
  return jsonReply({ environmentVariables: Object.fromEntries(variables.map(({ name, value }) => [name, value])) });
}

/** There is no project and no team here. */
export function deploymentInfo(): HttpReply {
  return jsonReply({ kind: "selfHosted" });
}
