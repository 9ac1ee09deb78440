/**
 * Deploys an app as the public CLI does, and the next time by sending what the CLI sent: bundling takes seconds of processor
 * time, and most tests only want the app to be there. What the CLI itself does is tested in tests/cli and src/server/deploy,
 * which never come here.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync } from "node:zlib";

const FOLDER = join(tmpdir(), "rivulet-recorded-pushes");
const WAIT_MS = 10_000;

export interface PushTarget {
  readonly url: string;
  readonly adminKey: string;
}

/** `byCli` pushes through the URL that it is given. `folder` is the app's, `packages` its node_modules. Returns what was sent, for {@link push}; null where the CLI failed to send anything. */
export async function pushRecorded(folder: string, packages: string, target: PushTarget, byCli: (url: string) => Promise<void>): Promise<string | null> {
  const file = join(FOLDER, `${await hashOf(folder, packages)}.json`);
  if (!existsSync(file)) return await record(file, target, byCli);
  const body = await readFile(file, "utf8");
  await push(body, target);
  return body;
}

/** `body`: of a start_push, as recorded. */
export async function push(body: string, { url, adminKey }: PushTarget): Promise<void> {
  const post = async (path: string, fields: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/api/deploy2/${path}`, { method: "POST", headers: { Authorization: `Convex ${adminKey}` }, body: JSON.stringify({ ...fields, adminKey, dryRun: false }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`The recorded push failed at ${path}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const startPush = await post("start_push", JSON.parse(body) as object);
  for (let type: unknown = "inProgress"; type !== "complete"; ) {
    const waited = await post("wait_for_schema", { schemaChange: startPush["schemaChange"], timeoutMs: WAIT_MS });
    ({ type } = waited);
    if (type === "failed" || type === "raceDetected") throw new Error(`The recorded push failed: ${JSON.stringify(waited)}`);
  }
  await post("finish_push", { startPush, message: null });
}

async function record(file: string, { url }: PushTarget, byCli: (url: string) => Promise<void>): Promise<string | null> {
  let pushed: string | null = null;
  const relay = createServer((incoming, outgoing) => {
    relayTo(url, incoming, outgoing, (path, body) => {
      if (path === "/api/deploy2/start_push") pushed = body;
    }).catch((error: Error) => outgoing.destroy(error));
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  try {
    await byCli(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`);
  } finally {
    relay.closeAllConnections();
    relay.close();
  }
  if (pushed === null) return null;
  await mkdir(FOLDER, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, pushed);
  await rename(unfinished, file);
  return pushed;
}

async function relayTo(url: string, incoming: IncomingMessage, outgoing: ServerResponse, seen: (path: string, body: string) => void): Promise<void> {
  const body = await buffer(incoming);
  const { host: _host, connection: _connection, "content-length": _length, "transfer-encoding": _encoding, ...headers } = incoming.headers;
  if (body.length > 0) seen(incoming.url!, (headers["content-encoding"] === "br" ? brotliDecompressSync(body) : body).toString("utf8"));
  const init = { method: incoming.method!, headers: headers as Record<string, string>, ...(body.length > 0 ? { body } : {}) };
  const response = await fetch(url + incoming.url!, init);
  outgoing.writeHead(response.status, { "Content-Type": response.headers.get("Content-Type") ?? "text/plain" }).end(Buffer.from(await response.arrayBuffer()));
}

/** Of everything that the bundle follows from: the app's files, and which packages are installed. */
async function hashOf(folder: string, packages: string): Promise<string> {
  const hash = createHash("sha256");
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((path) => !path.includes("node_modules")).sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  }
  const installed = join(packages, ".package-lock.json");
  hash.update(packages).update(existsSync(installed) ? readFileSync(installed) : "");
  return hash.digest("hex");
}
