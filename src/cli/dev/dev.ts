/**
 * `rivulet dev`: a server for the app in this folder, and the app's own `convex dev` beside it, which pushes code as it
 * changes. Both end together. Lines of each come out under its name.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AdminKeys } from "../../server/admin-keys.js";
import { readS3Credentials } from "../../server/files/create-file-store.js";
import type { Logger } from "../../server/network/logger.js";
import { environmentVariable, readSettings, type SettingFlags, type Settings } from "../../server/settings.js";
import { EXIT_ENGINE_FAILED, EXIT_FAILURE, EXIT_OK } from "../exit-codes.js";
import type { Io } from "../io.js";
import { ignoreInGit, openApp, type App } from "./app.js";
import { Child } from "./child.js";
import { cliEnvironment, ENV_FILE, rememberedDeployment, withDeployment, type DeploymentAccess } from "./deployment-env.js";
import { freePort } from "./free-port.js";

export interface DevOptions {
  readonly flags: SettingFlags;
  readonly once: boolean;
  readonly convexArgs: readonly string[];
}

const DATA_FOLDER = ".rivulet";
const KEY_NAME = "dev";
const PREFERRED_PORT = 3210;

export async function dev({ flags, once, convexArgs }: DevOptions, io: Io): Promise<number> {
  const app = openApp(io.cwd);
  const envPath = join(app.folder, ENV_FILE);
  const envContent = existsSync(envPath) ? readFileSync(envPath, "utf8") : "";
  const defaults = { dataFolder: join(app.folder, DATA_FOLDER), logLevel: "warn" } as const;
  const wanted = readSettings(flags, io.environment, defaults);
  const remembered = rememberedDeployment(envContent, wanted.origin);
  const settings = portIsGiven(flags, io) ? wanted : { ...wanted, port: await freePort(wanted.host, remembered.port ?? PREFERRED_PORT) };
  const say = (line: string) => io.err(`[rivulet] ${line}`);
  const { startServer } = await import("../../server/server.js");
  const server = await startServer(settings, {
    presetAdminKey: io.environment["RIVULET_ADMIN_KEY"] || undefined,
    s3Credentials: readS3Credentials(io.environment),
    log: plainLogger(settings, say),
    ...(io.engineWorkerUrl === undefined ? {} : { engineWorkerUrl: io.engineWorkerUrl }),
  });
  const stop = async (exitCode: number) => {
    await server.close();
    return exitCode;
  };
  try {
    const access: DeploymentAccess = { url: server.url, siteUrl: server.siteUrl, adminKey: devKey(settings.dataFolder, remembered.adminKey) };
    writeEnvFile(app, envPath, envContent, access, say);
    say(`Ready at ${server.url}, data in ${settings.dataFolder}`);
    const child = new Child(app.convexCli, ["dev", ...(once ? ["--once"] : []), ...convexArgs], {
      cwd: app.folder,
      environment: cliEnvironment(io.environment, access),
      onLine: (line) => io.out(`[convex]  ${line}`),
    });
    const ended = await Promise.race([child.exited, io.interrupted, server.failed]);
    if (typeof ended === "number") return await stop(once ? ended : afterWatcher(ended, say));
    await child.stop();
    if (ended === undefined) return await stop(EXIT_OK);
    say(ended.message);
    return await stop(EXIT_ENGINE_FAILED);
  } catch (error) {
    await server.close();
    throw error;
  }
}

function portIsGiven({ port }: SettingFlags, { environment }: Io): boolean {
  return port !== undefined || Boolean(environment[environmentVariable("port")]);
}

/** The key of last time where it is still valid; a new one takes its name otherwise. */
function devKey(dataFolder: string, remembered: string | null): string {
  const keys = AdminKeys.open(dataFolder);
  if (remembered !== null && keys.check(remembered) !== null) return remembered;
  const taken = keys.list().some(({ name, revokedAt }) => name === KEY_NAME && revokedAt === undefined);
  if (taken) keys.revoke(KEY_NAME);
  return keys.create(KEY_NAME);
}

function writeEnvFile(app: App, path: string, before: string, access: DeploymentAccess, say: (line: string) => void): void {
  const ignored = ignoreInGit(app.folder, [`${DATA_FOLDER}/`, ENV_FILE]);
  if (ignored.length > 0) say(`Added to .gitignore: ${ignored.join(", ")}`);
  const after = withDeployment(before, app, access);
  if (after === before) return;
  writeFileSync(path, after, { mode: 0o600 });
  say(`Wrote the server's address and admin key to ${ENV_FILE}`);
}

/** `convex dev` watches until it is told to stop, so that its end is a failure whatever its exit code. */
function afterWatcher(exitCode: number, say: (line: string) => void): number {
  say(`convex dev ended with exit code ${exitCode}; its lines above say why.`);
  return exitCode === EXIT_OK ? EXIT_FAILURE : exitCode;
}

function plainLogger({ logLevel }: Settings, say: (line: string) => void): Logger {
  const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const;
  return {
    log: (level, message, fields = {}) => {
      if (ranks[level] < ranks[logLevel]) return;
      say(`${level}: ${message}${Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`}`);
    },
  };
}
