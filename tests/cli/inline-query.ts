/** Queries that are written on the spot, asked as the public command line asks them but without starting it. */
import { ADMIN_KEY, type TestServer } from "../harness.js";

export interface InlineAnswer {
  readonly status: "success" | "error";
  readonly value?: unknown;
  readonly errorMessage?: string;
  readonly logLines: readonly string[];
}

export interface InlineOptions {
  readonly componentId?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly format?: string;
}

export async function postInlineQuery(server: TestServer, source: string, options: InlineOptions = {}): Promise<Response> {
  return fetch(`${server.url}/api/run_test_function`, {
    method: "POST",
    headers: { Authorization: `Convex ${ADMIN_KEY}` },
    body: JSON.stringify({ bundle: { path: "testQuery.js", source }, args: {}, format: "json", ...options }),
  });
}

/** `body` is that of the query's handler. */
export async function inlineQuery(server: TestServer, body: string, options: InlineOptions = {}): Promise<InlineAnswer> {
  const source = `import { query } from "convex:/_system/repl/wrappers.js";\nexport default query({ handler: async (ctx, args) => {\n${body}\n} });`;
  return (await (await postInlineQuery(server, source, options)).json()) as InlineAnswer;
}

/** What it returns. Throws where it failed. */
export async function inlineValue(server: TestServer, body: string, options: InlineOptions = {}): Promise<unknown> {
  const { status, value, errorMessage } = await inlineQuery(server, body, options);
  if (status !== "success") throw new Error(errorMessage);
  return value;
}
