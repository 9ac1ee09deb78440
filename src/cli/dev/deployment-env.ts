/**
 * The part of `.env.local` that ties an app to its development server: address and admin key for the convex CLI, and the
 * addresses for the front end. The address is also where the server's port is remembered.
 */
import { commentOut, readVariable, setVariables, type Variables } from "./env-file.js";
import { AppError, type App } from "./app.js";
import { SITE_URL_NAMES, URL_NAMES, urlVariables } from "./framework.js";

export const ENV_FILE = ".env.local";
export const SELF_HOSTED_URL = "CONVEX_SELF_HOSTED_URL";
export const SELF_HOSTED_ADMIN_KEY = "CONVEX_SELF_HOSTED_ADMIN_KEY";
/** Any of these makes the CLI turn to a deployment elsewhere, or refuse. */
const OTHER_DEPLOYMENT = ["CONVEX_DEPLOYMENT", "CONVEX_DEPLOY_KEY", "CONVEX_DEPLOYMENT_TOKEN"];

export interface DeploymentAccess {
  readonly url: string;
  readonly siteUrl: string;
  readonly adminKey: string;
}

export interface RememberedDeployment {
  readonly port: number | null;
  readonly adminKey: string | null;
}

/** Throws where the file belongs to a server elsewhere, whose key would be lost. `ownOrigin` is the origin setting. */
export function rememberedDeployment(content: string, ownOrigin: string | null): RememberedDeployment {
  const url = readVariable(content, SELF_HOSTED_URL);
  if (url === undefined || url === "") return { port: null, adminKey: null };
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (url !== ownOrigin && !isLoopback(parsed.hostname))) {
    throw new AppError(`${ENV_FILE} points to another server (${SELF_HOSTED_URL}=${url}), which rivulet dev would overwrite. Keep that line and ${SELF_HOSTED_ADMIN_KEY} elsewhere and remove both.`);
  }
  const port = parsed.port === "" || url === ownOrigin ? null : Number(parsed.port);
  return { port, adminKey: readVariable(content, SELF_HOSTED_ADMIN_KEY) ?? null };
}

export function withDeployment(content: string, { dependencies }: App, access: DeploymentAccess): string {
  const names = urlVariables(dependencies);
  const freed = OTHER_DEPLOYMENT.reduce((text, name) => commentOut(text, name, "set aside by rivulet dev"), content);
  return setVariables(freed, {
    ...selfHosted(access),
    ...frontEnd(freed, URL_NAMES, names.url, access.url),
    ...frontEnd(freed, SITE_URL_NAMES, names.siteUrl, access.siteUrl),
  });
}

/** The environment of the app's convex CLI. */
export function cliEnvironment(environment: NodeJS.ProcessEnv, access: Omit<DeploymentAccess, "siteUrl">): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !OTHER_DEPLOYMENT.includes(name));
  return { ...Object.fromEntries(kept), ...selfHosted(access) };
}

function selfHosted({ url, adminKey }: Omit<DeploymentAccess, "siteUrl">): Variables {
  return { [SELF_HOSTED_URL]: url, [SELF_HOSTED_ADMIN_KEY]: adminKey };
}

/** The one name that is in use already, or the framework's; nothing where several are, for we cannot know which is meant. */
function frontEnd(content: string, names: readonly string[], suggested: string, value: string): Variables {
  const used = names.filter((name) => readVariable(content, name) !== undefined);
  return used.length > 1 ? {} : { [used[0] ?? suggested]: value };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
