/** The app `tests/apps/auth` with the providers that a test chooses. */
import { makeFunctionReference } from "convex/server";
import { ADMIN_KEY, type TestServer } from "../harness.js";

type None = Record<string, never>;
export type Identity = Record<string, unknown>;

export const users = {
  whoami: makeFunctionReference<"query", None, Identity | null>("users:whoami"),
  subject: makeFunctionReference<"query", None, string | null>("users:subject"),
  anything: makeFunctionReference<"query", None, string>("users:anything"),
  variant: makeFunctionReference<"query", { n: number }, string>("users:variant"),
  authors: makeFunctionReference<"query", None, string[]>("users:authors"),
  mine: makeFunctionReference<"query", None, { subject: string; count: number }>("users:mine"),
  write: makeFunctionReference<"mutation", { body: string }, string>("users:write"),
  writeAsAnybody: makeFunctionReference<"mutation", { body: string }, string>("users:writeAsAnybody"),
  claims: makeFunctionReference<"query", None, string>("users:claims"),
  tokenOfCaller: makeFunctionReference<"mutation", None, string | null>("users:tokenOfCaller"),
} as const;

export const acts = {
  claims: makeFunctionReference<"action", None, string>("acts:claims"),
  whoami: makeFunctionReference<"action", None, Identity | null>("acts:whoami"),
  everywhere: makeFunctionReference<"action", None, Identity>("acts:everywhere"),
} as const;

export async function deployAuth(server: TestServer, providers: readonly object[]): Promise<void> {
  await setProviders(server, providers);
  await server.deploy("auth");
}

export async function setProviders(server: TestServer, providers: readonly object[]): Promise<void> {
  const response = await changeVariables(server, { AUTH_PROVIDERS: JSON.stringify(providers) });
  if (!response.ok) throw new Error(await response.text());
}

export function changeVariables(server: TestServer, variables: Readonly<Record<string, string | null>>): Promise<Response> {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  return fetch(`${server.url}/api/update_environment_variables`, {
    method: "POST",
    headers: { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ changes }),
  });
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** What a query over HTTP with this token is refused with; null where it is answered. */
export async function refusal(server: TestServer, token: string): Promise<Refusal | null> {
  const response = await query(server, token, "users:whoami");
  const body = (await response.json()) as { code: string; message: string };
  return response.ok ? null : { status: response.status, code: body.code, message: body.message };
}

export async function identityOf(server: TestServer, token: string): Promise<Identity | null> {
  const response = await query(server, token, "users:whoami");
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { value: Identity | null }).value;
}

function query(server: TestServer, token: string, path: string): Promise<Response> {
  return fetch(`${server.url}/api/query`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ path, args: {}, format: "json" }),
  });
}
