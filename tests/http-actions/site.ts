/** What tests of HTTP actions ask of a server with the app `tests/apps/http-actions`. */
import { ADMIN_KEY, mutationNamed, queryNamed, until, type TestServer } from "../harness.js";

export interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LogEntry {
  readonly kind: string;
  readonly udfType: string;
  readonly identifier: string;
  readonly caller: string;
  readonly error: string | null;
  readonly requestId: string;
  readonly logLines: readonly { readonly level: string; readonly messages: readonly string[] }[];
}

export async function mirrored(response: Response): Promise<Mirrored> {
  return (await response.json()) as Mirrored;
}

export async function failure(response: Response): Promise<{ status: number; code: string; message: string; errorData?: unknown }> {
  return { status: response.status, ...((await response.json()) as { code: string; message: string; errorData?: unknown }) };
}

export async function count(server: TestServer, text: string): Promise<number> {
  return (await server.http().query(queryNamed("notes:count"), { text })) as number;
}

export async function note(server: TestServer, text: string): Promise<void> {
  await server.http().mutation(mutationNamed("notes:add"), { text });
}

export async function noted(server: TestServer, text: string, times = 1): Promise<void> {
  await until(async () => (await count(server, text)) >= times, `${times} notes "${text}"`);
}

export async function logOf(server: TestServer, requestId: string): Promise<LogEntry> {
  return await until(async () => {
    const response = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await response.json()) as { entries: LogEntry[] };
    const own = entries.filter((entry) => entry.requestId === requestId && entry.udfType === "HttpAction");
    const completion = own.find(({ kind }) => kind === "Completion");
    // What it printed while it ran is in entries of its own.
    return completion === undefined ? null : { ...completion, logLines: own.flatMap(({ logLines }) => logLines) };
  }, `a log entry of ${requestId}`);
}
