/** Who may administer a server that runs. SV-30 to SV-35. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_ROUTES } from "../../src/server/network/admin-api.js";
import { ADMIN_KEY, BIN, run, startServer, until, type TestServer } from "../harness.js";
import { RawSocket } from "../sync/raw-socket.js";

/** Every route that only admins may use. The first test holds this list to the server's own. */
const ROUTES = [
  "GET /api/check_admin_key",
  "GET /api/document_deltas",
  "GET /api/get_tables_and_columns",
  "GET /api/json_schemas",
  "GET /api/list_snapshot",
  "GET /api/shapes2",
  "GET /api/stream_function_logs",
  "GET /api/test_streaming_export_connection",
  "GET /api/v1/deployment_info",
  "GET /api/v1/get_canonical_urls",
  "GET /api/v1/get_log_stream/{id}",
  "GET /api/v1/list_audit_log_events",
  "GET /api/v1/list_environment_variables",
  "GET /api/v1/list_log_streams",
  "POST /api/cancel_import",
  "POST /api/check_admin_key",
  "POST /api/deploy2/evaluate_push",
  "POST /api/deploy2/evaluate_schema",
  "POST /api/deploy2/finish_push",
  "POST /api/deploy2/report_push_completed",
  "POST /api/deploy2/start_push",
  "POST /api/deploy2/wait_for_schema",
  "POST /api/document_deltas",
  "POST /api/export/request/zip",
  "POST /api/get_config",
  "POST /api/get_config_hashes",
  "POST /api/get_tables_and_columns",
  "POST /api/import/finish_upload",
  "POST /api/import/start_upload",
  "POST /api/import/upload_part",
  "POST /api/json_schemas",
  "POST /api/list_snapshot",
  "POST /api/perform_import",
  "POST /api/run_test_function",
  "POST /api/test_clock",
  "POST /api/test_streaming_export_connection",
  "POST /api/update_environment_variables",
  "POST /api/v1/create_log_stream",
  "POST /api/v1/delete_log_stream/{id}",
  "POST /api/v1/rotate_webhook_secret/{id}",
  "POST /api/v1/update_environment_variables",
  "POST /api/v1/update_log_stream/{id}",
];
/** Called by anybody; an admin key with them is checked all the same. */
const FUNCTION_ROUTES = ["POST /api/query", "POST /api/mutation", "POST /api/action", "POST /api/function", "POST /api/query_at_ts", "POST /api/run/messages/list", "GET /api/query?path=messages:list"];
const WRONG_KEYS = ["tests|ffffffffffffffffffffffffffffffff", "tests|", "tests", "nobody|0f1e2d3c4b5a69788796a5b4c3d2e1f0", `${ADMIN_KEY}0`];

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
}

async function ask(route: string, headers: Readonly<Record<string, string>>, body = "{}"): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(server.url + path, { method, headers, ...(method === "GET" ? {} : { body }) });
  const { code } = JSON.parse(await response.text()) as { code?: string };
  return { status: response.status, code };
}

const withKey = (key: string) => ({ Authorization: `Convex ${key}` });
const check = async (key: string): Promise<number> => (await ask("GET /api/check_admin_key", withKey(key))).status;
const keys = (...args: readonly string[]) => run(process.execPath, [BIN, "keys", ...args, "--data", server.dataFolder], server.dataFolder);

async function createKey(name: string): Promise<string> {
  const { output } = await keys("create", name);
  const [key] = new RegExp(`^${name}\\|[0-9a-f]{64}$`, "m").exec(output) ?? [];
  if (key === undefined) throw new Error(`No key in: ${output}`);
  return key;
}

describe("a wrong admin key", () => {
  test("SV-30 the list below is every admin route", () => {
    expect([...ADMIN_ROUTES.keys()].sort()).toEqual(ROUTES);
  });

  test.each([...ROUTES, ...FUNCTION_ROUTES])("SV-30 is refused with 403, never 404: %s", async (route) => {
    for (const key of WRONG_KEYS) expect({ key, ...(await ask(route, withKey(key))) }).toEqual({ key, status: 403, code: "BadAdminKey" });
  });

  test.each(ROUTES)("SV-31 none at all is refused with 401, never 404: %s", async (route) => {
    expect(await ask(route, {})).toEqual({ status: 401, code: "AdminKeyRequired" });
    expect((await ask(route, { Authorization: "Bearer a.b.c" })).status).toBe(401);
  });

  test.each(ROUTES.filter((route) => /POST .*(?:get_config|deploy2)/.test(route)))("SV-30 in the body is refused too: %s", async (route) => {
    expect(await ask(route, {}, JSON.stringify({ adminKey: WRONG_KEYS[0] }))).toEqual({ status: 403, code: "BadAdminKey" });
  });

  test("SV-32 over a socket is refused, and the connection goes on as nobody's", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: WRONG_KEYS[0] });
    expect(await raw.frame("AuthError")).toMatchObject({ error: expect.stringContaining("admin key is not valid") as string, baseVersion: 0 });
    raw.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath: "_system/cli/tables:default", args: [{}] }] });
    expect((await raw.transition()).modifications[0]).toMatchObject({ type: "QueryFailed" });
    await raw.close();
  });
});

describe.sequential("admin keys of a server that runs", () => {
  test("SV-33 RIVULET_ADMIN_KEY is valid and in no file", async () => {
    expect(await check(ADMIN_KEY)).toBe(200);
    const secret = ADMIN_KEY.split("|")[1]!;
    const files = await Promise.all(["admin-keys.json", "data.mdb"].map((name) => readFile(join(server.dataFolder, name), "latin1").catch(() => "")));
    expect(files.some((content) => content.includes(secret))).toBe(false);
  });

  test("SV-34 keys that are made are valid at once, listed by name and time, and kept as hashes for the owner's eyes", async () => {
    const key = await createKey("github");
    expect(await check(key)).toBe(200);
    expect((await keys("list")).output).toMatch(/^github {2}made \d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
    const file = join(server.dataFolder, "admin-keys.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).not.toContain(key.split("|")[1]);
  });

  test("SV-35 a key that is revoked is refused at once, and after a restart; others stay valid", async () => {
    const [first, second] = [await createKey("first"), await createKey("second")];
    expect([await check(first), await check(second)]).toEqual([200, 200]);
    expect(await keys("revoke", "first")).toMatchObject({ code: 0 });
    expect([await check(first), await check(second)]).toEqual([403, 200]);
    await server.stop();
    await server.start();
    await until(async () => (await check(second)) === 200, "the restarted server");
    expect(await check(first)).toBe(403);
    expect((await keys("list")).output).toMatch(/^first {2}made \S+ {2}revoked \d{4}-\S+$/m);
  });
});
