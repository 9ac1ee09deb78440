/** auth.config.ts: whose tokens the app accepts. The providers are recorded when they are pushed. */
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import { lazySchema, type SchemaOf, type Zod } from "../lazy-schema.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { evaluateModule } from "./module-evaluation.js";

export const AUTH_CONFIG_PATH = "auth.config.js";

const openIdProvider = (z: Zod) => z.strictObject({ domain: z.string(), applicationID: z.string() });

const customJwtProvider = (z: Zod) =>
  z.object({
    type: z.literal("customJwt"),
    issuer: z.string(),
    jwks: z.string(),
    algorithm: z.enum(["RS256", "ES256"]),
    /** The CLI wants to be told that there is none. */
    applicationID: z.string().nullish().transform((id) => id ?? null),
  });

const authConfig = (z: Zod) => z.looseObject({ providers: z.array(z.union([customJwtProvider(z), openIdProvider(z)])) });

export type AuthProvider = SchemaOf<typeof authConfig>["providers"][number];

const AUTH_CONFIG = lazySchema(authConfig);

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
  const parsed = AUTH_CONFIG.parse(exported);
  if (parsed.ok && !JSON.stringify(parsed.data).includes("undefined")) return parsed.data.providers;
  const absent = missingVariable(missing);
  if (absent !== null) throw absent;
  if (parsed.ok) return parsed.data.providers;
  throw new DeployError(
    "InvalidAuthConfig",
    `auth.config.ts has no valid list of providers: ${parsed.problem}. Export \`{ providers: [{ domain, applicationID }] }\`, or providers of type "customJwt" with issuer, jwks and algorithm.`,
  );
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
