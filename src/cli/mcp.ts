/**
 * `rivulet mcp`: the app's own `convex mcp start` on the app's own server, for tools that speak the Model Context Protocol
 * over standard input and output. That command asks the vendor's account service first whether its user is signed in; the
 * variables that it is given here make it ask the app's server instead (src/server/network/account-api.ts).
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, openApp } from "./dev/app.js";
import { cliEnvironment, ENV_FILE, SELF_HOSTED_ADMIN_KEY, SELF_HOSTED_URL } from "./dev/deployment-env.js";
import { readVariable } from "./dev/env-file.js";
import { EXIT_FAILURE } from "./exit-codes.js";
import type { Io } from "./io.js";

/** Names of the public CLI. */
const ACCOUNT_SERVICE = "CONVEX_PROVISION_HOST";
const ACCESS_TOKEN = "CONVEX_OVERRIDE_ACCESS_TOKEN";

/** Nothing is printed: the output is the protocol's. `mcpArgs` go to `convex mcp start`. */
export async function mcp(mcpArgs: readonly string[], io: Io): Promise<number> {
  const app = openApp(io.cwd);
  const access = accessOf(app.folder, io.environment);
  const child = spawn(process.execPath, [app.convexCli, "mcp", "start", "--project-dir", app.folder, ...mcpArgs], {
    cwd: app.folder,
    env: { ...cliEnvironment(io.environment, access), [ACCOUNT_SERVICE]: access.url, [ACCESS_TOKEN]: access.adminKey },
    stdio: "inherit",
  });
  void io.interrupted.then(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? EXIT_FAILURE));
  });
}

/** As the public CLI finds it: the environment first, then the file. */
function accessOf(folder: string, environment: NodeJS.ProcessEnv): { readonly url: string; readonly adminKey: string } {
  const path = join(folder, ENV_FILE);
  const content = existsSync(path) ? readFileSync(path, "utf8") : "";
  const [url, adminKey] = [SELF_HOSTED_URL, SELF_HOSTED_ADMIN_KEY].map((name) => environment[name] || readVariable(content, name));
  if (!url || !adminKey) throw new AppError(`${SELF_HOSTED_URL} and ${SELF_HOSTED_ADMIN_KEY} are not set, neither in the environment nor in ${ENV_FILE}. Run rivulet dev here, or set both.`);
  return { url, adminKey };
}
