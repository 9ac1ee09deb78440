/** A real server on free ports and a folder of its own, before a scripted engine: what tests of the network side start. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AdminKeys } from "../../admin-keys.js";
import { startServer, type RunningServer } from "../../server.js";
import { readSettings, type SettingFlags } from "../../settings.js";
import type { LogFields, LogLevel } from "../logger.js";

export const FAKE_ENGINE = new URL("./fake-engine.mjs", import.meta.url);

export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface TestServer extends RunningServer, AsyncDisposable {
  readonly adminKey: string;
  readonly folder: string;
  readonly logged: readonly LoggedLine[];
  /** Request to a path of the server. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POST of JSON. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export async function startTestServer(flags: SettingFlags = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "rivulet-network-"));
  const logged: LoggedLine[] = [];
  const settings = readSettings({ dataFolder: folder, port: "0", ...flags }, {});
  const adminKey = AdminKeys.open(folder).create("test");
  const server = await startServer(settings, {
    engineWorkerUrl: FAKE_ENGINE,
    log: { log: (level, message, fields = {}) => void logged.push({ level, message, fields }) },
  });
  const request = (path: string, init?: RequestInit) => fetch(new URL(path, server.url), init);
  return {
    ...server,
    adminKey,
    folder,
    logged,
    fetch: request,
    post: (path, body, headers = {}) =>
      request(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
