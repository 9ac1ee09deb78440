/** auth.config.ts: whose tokens the app accepts. The providers are evaluated when they are pushed, and when variables change. */
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import { CUSTOM_JWT_ALGORITHMS, openIdIssuer, type AuthProvider, type CustomJwtProvider, type OpenIdProvider } from "../auth/auth-provider.js";
import { DataKeysError, parseDataKeys } from "../auth/data-keys.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { evaluateModule } from "./module-evaluation.js";

export type { AuthProvider } from "../auth/auth-provider.js";

export const AUTH_CONFIG_PATH = "auth.config.js";

/** Every token is held against all of them. */
const PROVIDERS_MAX = 100;
const TEXT_CHARS_MAX = 64 * 1024;

/** None where the app has no auth.config.ts. Throws {@link DeployError}. */
export function evaluateAuthConfig(modules: ReadonlyMap<string, ModuleCode>, environmentVariables: EnvironmentVariables): AuthProvider[] {
  if (!modules.has(AUTH_CONFIG_PATH)) return [];
  const missing: string[] = [];
  const evaluation = { modules, path: AUTH_CONFIG_PATH, environmentVariables: watchMissing(environmentVariables, missing), errorCode: "InvalidAuthConfig" as const };
  let exported: unknown;
  try {
    exported = evaluateModule({ ...evaluation, read: (value) => value });
  } catch (error) {
    throw missingVariable(missing) ?? error;
  }
  const absent = missingVariable(missing);
  // A variable may be missing on purpose, as in `process.env.X ?? "…"`: it matters where it leaves a trace.
  if (absent !== null && JSON.stringify(exported)?.includes("undefined") === true) throw absent;
  try {
    return readProviders(exported);
  } catch (error) {
    throw (error instanceof AbsentValueError ? absent : null) ?? error;
  }
}

/** Something is not there, for which a variable that is not set may be to blame. */
class AbsentValueError extends DeployError {}

/** Throws {@link DeployError}. */
export function readProviders(exported: unknown): AuthProvider[] {
  const providers = isFields(exported) ? exported["providers"] : undefined;
  if (!Array.isArray(providers)) {
    throw invalid("its default export must be `{ providers: [{ domain, applicationID }] }`; providers of type \"customJwt\" have issuer, jwks and algorithm instead of domain");
  }
  if (providers.length > PROVIDERS_MAX) throw invalid(`it has ${providers.length} providers, and at most ${PROVIDERS_MAX} are allowed`);
  return providers.map(readProvider);
}

function readProvider(provider: unknown, index: number): AuthProvider {
  const where = `providers[${index}]`;
  if (!isFields(provider)) throw invalid(`${where} must be an object such as { domain, applicationID }`);
  const { type } = provider;
  if (type === "customJwt") return customJwtProvider(provider, where);
  if (type === undefined) return openIdProvider(provider, where);
  throw invalid(`${where}.type must be "customJwt", or be left out for a provider of OpenID Connect; it is ${shown(type)}`);
}

function openIdProvider(fields: Fields, where: string): OpenIdProvider {
  const domain = text(fields, "domain", where);
  checkUrl(openIdIssuer(domain), `${where}.domain`, domain);
  return { domain, applicationID: text(fields, "applicationID", where) };
}

function customJwtProvider(fields: Fields, where: string): CustomJwtProvider {
  const jwks = text(fields, "jwks", where);
  checkKeys(jwks, `${where}.jwks`);
  const algorithm = CUSTOM_JWT_ALGORITHMS.find((candidate) => candidate === fields["algorithm"]);
  if (algorithm === undefined) throw invalid(`${where}.algorithm must be one of ${CUSTOM_JWT_ALGORITHMS.join(", ")}; it is ${shown(fields["algorithm"])}`);
  const isForAny = fields["applicationID"] === undefined || fields["applicationID"] === null;
  // The CLI wants to be told that there is none.
  return { type: "customJwt", issuer: text(fields, "issuer", where), jwks, algorithm, applicationID: isForAny ? null : text(fields, "applicationID", where) };
}

function checkKeys(jwks: string, where: string): void {
  try {
    if (parseDataKeys(jwks) === null) checkUrl(jwks, where, jwks);
  } catch (error) {
    if (error instanceof DataKeysError) throw invalid(`${where} ${error.message}`);
    throw error;
  }
}

function checkUrl(url: string, where: string, given: string): void {
  if (URL.canParse(url) && /^https?:/i.test(url)) return;
  throw invalid(`${where} must be a URL such as "https://auth.example.com"; it is ${shown(given)}`);
}

function text(fields: Fields, name: string, where: string): string {
  const value = fields[name];
  if (value === undefined) throw new AbsentValueError("InvalidAuthConfig", problemText(`${where}.${name} must be a text that is not empty; it is missing`));
  if (typeof value !== "string" || value === "") throw invalid(`${where}.${name} must be a text that is not empty; it is ${shown(value)}`);
  if (value.length > TEXT_CHARS_MAX) throw invalid(`${where}.${name} has ${value.length} characters, and at most ${TEXT_CHARS_MAX} are allowed`);
  return value;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
}

function invalid(problem: string): DeployError {
  return new DeployError("InvalidAuthConfig", problemText(problem));
}

function problemText(problem: string): string {
  return `auth.config.ts has no valid list of providers: ${problem}.`;
}

/** Notes the names that are asked for in vain. */
function watchMissing(variables: EnvironmentVariables, missing: string[]): EnvironmentVariables {
  return new Proxy(variables, {
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === "string" && !Object.hasOwn(target, name)) missing.push(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}

/** The CLI takes the name out of this text, and tells how to set it. */
function missingVariable([name]: readonly string[]): DeployError | null {
  if (name === undefined) return null;
  return new DeployError("AuthConfigMissingEnvironmentVariable", `Environment variable ${name} is used in auth config file but its value was not set. Set it with \`npx convex env set ${name} <value>\`.`);
}
