/**
 * A Postgres of its own: a new cluster in a temporary folder, reached over a Unix socket in it, that waits for the disk at
 * every commit. It refuses to run as root, so then it runs as its package's own user.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { temporaryFolder } from "../../tests/harness.js";
import { untilDisposed, type Held } from "../ending.js";

const VERSIONS_FOLDER = "/usr/lib/postgresql";
/** Names the socket; nothing listens on a port of the network, unless settings say so. */
export const POSTGRES_PORT = 5432;
export const POSTGRES_USER = "bench";
const UNPRIVILEGED_USERS = ["postgres", "nobody"];
const START_MS_MAX = 60_000;
const POLL_MS = 20;
const SETTINGS: Readonly<Record<string, string>> = {
  port: String(POSTGRES_PORT),
  listen_addresses: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  default_transaction_isolation: "serializable",
  shared_buffers: "512MB",
  effective_cache_size: "2GB",
  max_wal_size: "4GB",
  max_connections: "100",
  jit: "off",
};

const run = promisify(execFile);

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Folder of the programs of the newest version installed; null where there is none. */
export function postgresPrograms(): string | null {
  const versions = existsSync(VERSIONS_FOLDER) ? readdirSync(VERSIONS_FOLDER).toSorted((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(VERSIONS_FOLDER, version, "bin")).find((bin) => existsSync(join(bin, "initdb")) && existsSync(join(bin, "postgres"))) ?? null;
}

export class PostgresCluster implements AsyncDisposable {
  private constructor(
    /** Holds the socket. */
    readonly folder: string,
    readonly pid: number,
    private readonly held: Held,
  ) {}

  /** @param settings besides those above, or in their place */
  static async start(programs: string, settings: Readonly<Record<string, string>> = {}): Promise<PostgresCluster> {
    const user = unprivilegedUser();
    const folder = await temporaryFolder();
    let server: ChildProcess | null = null;
    const held = untilDisposed(async () => {
      if (server !== null) await end(server);
      await rm(folder, { recursive: true, force: true });
    });
    try {
      if (user !== null) await chown(folder, user.uid, user.gid);
      const data = join(folder, "data");
      await run(join(programs, "initdb"), ["-D", data, "-U", POSTGRES_USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"], { cwd: folder, ...user });
      const flags = Object.entries({ ...SETTINGS, ...settings, unix_socket_directories: folder }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      // In a session of its own: the terminal's interrupt is for this program, which ends it after those who use it.
      server = spawn(join(programs, "postgres"), ["-D", data, ...flags], { cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"], ...user });
      await ready(server, join(folder, `.s.PGSQL.${settings["port"] ?? POSTGRES_PORT}`));
      return new PostgresCluster(folder, server.pid!, held);
    } catch (error) {
      await held[Symbol.asyncDispose]();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.held[Symbol.asyncDispose]();
  }
}

/** Null where this process is unprivileged itself. */
function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  const fields = UNPRIVILEGED_USERS.map((name) => lines.find(([user]) => user === name)).find((found) => found !== undefined);
  if (fields === undefined) throw new Error(`Postgres does not run as root, and there is no user ${UNPRIVILEGED_USERS.join(" or ")} to run it as.`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** Sessions are cut, what is committed is kept: a fast shutdown. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGINT");
  await exited;
}

async function ready(server: ChildProcess, socketPath: string): Promise<void> {
  let log = "";
  server.stderr!.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-10_000)));
  let hasEnded = false;
  server.once("exit", () => (hasEnded = true));
  const deadlineMs = performance.now() + START_MS_MAX;
  while (!log.includes("ready to accept connections") || !(await accepts(socketPath))) {
    if (hasEnded || performance.now() > deadlineMs) throw new Error(`Postgres did not start:\n${log}`);
    await setTimeout(POLL_MS);
  }
}

async function accepts(socketPath: string): Promise<boolean> {
  const socket = createConnection(socketPath);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
