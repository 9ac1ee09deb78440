/**
 * One endpoint of the REST interface: its method, its path with `{parameters}`, the scope that a key must have for it, and
 * what answers. The list of them all (`routes/`) is what `http.ts` routes by, and what `GET /v1` shows.
 */
import type { Id } from "../_generated/dataModel";
import type { ActionCtx } from "../_generated/server";
import { crmError } from "../model/errors";
import { PAGE_SIZE, PAGE_SIZE_MAX } from "../model/limits";
import type { Permission } from "../model/permissions";

export const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** A request whose key was admitted. */
export interface Call {
  readonly keyId: Id<"apiKeys">;
  /** The value of a `{parameter}` of the path. */
  readonly parameter: (name: string) => string;
  readonly query: URLSearchParams;
  /** Of POST and PATCH; empty for others. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A Response as it is; what else as JSON, with 201 for POST and 200 otherwise. */
export type Answer = Response | object;

export interface Endpoint {
  readonly method: Method;
  readonly path: string;
  /** Null: any key may. */
  readonly scope: Permission | null;
  readonly summary: string;
  readonly answer: (ctx: ActionCtx, call: Call) => Promise<Answer>;
}

type Handler = Endpoint["answer"];

export const get = (path: string, scope: Permission | null, summary: string, answer: Handler): Endpoint => ({ method: "GET", path, scope, summary, answer });
export const post = (path: string, scope: Permission | null, summary: string, answer: Handler): Endpoint => ({ method: "POST", path, scope, summary, answer });
export const patch = (path: string, scope: Permission | null, summary: string, answer: Handler): Endpoint => ({ method: "PATCH", path, scope, summary, answer });
export const del = (path: string, scope: Permission | null, summary: string, answer: Handler): Endpoint => ({ method: "DELETE", path, scope, summary, answer });

/** The values of the path's parameters, or null where it is another path. */
export function matchPath(path: string, pathname: string): Readonly<Record<string, string>> | null {
  const expected = path.split("/");
  const found = pathname.split("/");
  if (expected.length !== found.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = found[index]!;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === "") return null;
    if (name !== undefined) parameters[name] = decode(value);
  }
  return parameters;
}

/** What a router matches by: the path itself, or what comes before its first parameter. */
export function routeOf(path: string): { path: string } | { pathPrefix: string } {
  const parameter = path.indexOf("{");
  return parameter === -1 ? { path } : { pathPrefix: path.slice(0, parameter) };
}

/** `?limit=` and `?cursor=` of a list. */
export function pageOf({ query }: Call): { limit: number; cursor: string | null } {
  const limit = query.get("limit") ?? String(PAGE_SIZE);
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > PAGE_SIZE_MAX) throw crmError("INVALID", `"limit" must be a whole number from 1 to ${PAGE_SIZE_MAX}, not "${limit.slice(0, 20)}".`);
  return { limit: Number(limit), cursor: query.get("cursor") };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
