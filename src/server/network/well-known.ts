/**
 * What verifies the deployment's own tokens, for everybody to read. Sign-in libraries serve documents of their own at the same
 * paths, as routes of the app: where the site has no address of its own those come first, and the deployment's are not there.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { CONFIGURATION_PATH, KEYS_PATH, openIdConfiguration } from "../auth/deployment-tokens.js";
import type { SigningKeys } from "../auth/signing-keys.js";
import { setCorsHeaders } from "./cors.js";
import { jsonReply, type HttpReply } from "./replies.js";

export interface WellKnownContext {
  readonly signingKeys: SigningKeys;
  readonly cloudOrigin: string;
  readonly siteOrigin: string;
}

/** Whether the request can't be meant for the site. A proxy may lead both hosts to the main port. */
export function isForCloud({ headers }: IncomingMessage, { cloudOrigin, siteOrigin }: WellKnownContext): boolean {
  return cloudOrigin !== siteOrigin && headers.host !== new URL(siteOrigin).host;
}

type MakeDocument = (context: WellKnownContext) => object;

const DOCUMENTS: ReadonlyMap<string, MakeDocument> = new Map<string, MakeDocument>([
  [KEYS_PATH, ({ signingKeys }) => signingKeys.published()],
  [CONFIGURATION_PATH, ({ cloudOrigin }) => openIdConfiguration(cloudOrigin)],
]);

/** What makes the answer; null where the request is for something else. */
export function wellKnownDocument({ method }: IncomingMessage, outgoing: ServerResponse, pathname: string, context: WellKnownContext): (() => HttpReply) | null {
  const document = DOCUMENTS.get(pathname);
  if (document === undefined || (method !== "GET" && method !== "HEAD")) return null;
  return () => {
    setCorsHeaders(outgoing);
    return jsonReply(document(context));
  };
}
