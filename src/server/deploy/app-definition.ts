/** convex.config.ts: what an app declares of itself. */
import { lazySchema, type SchemaOf, type Zod } from "../lazy-schema.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { callExport, compile, evaluateModule } from "./module-evaluation.js";
import type { ModuleConfig } from "./push-request.js";

const exportsTree = (z: Zod) => z.looseObject({ type: z.literal("branch"), branch: z.array(z.unknown()) });
const envVar = (z: Zod) => z.looseObject({ type: z.literal("value"), value: z.string(), optional: z.boolean().optional() });

const appAnalysis = (z: Zod) =>
  z.object({
    definitionType: z.looseObject({ type: z.literal("app") }),
    httpPrefix: z.string().optional(),
    childComponents: z.array(z.looseObject({ name: z.string() })),
    httpMounts: z.record(z.string(), z.string()),
    exports: exportsTree(z),
    envVars: z.array(z.tuple([z.string(), envVar(z)])).optional(),
  });

/** In the form of the deploy API. */
export type AppDefinition = SchemaOf<typeof appAnalysis> & { readonly path: string };

const APP_ANALYSIS = lazySchema(appAnalysis);

const EMPTY: AppDefinition = { path: "", definitionType: { type: "app" }, childComponents: [], httpMounts: {}, exports: { type: "branch", branch: [] } };

/** `module` is null where the app has no convex.config.ts. Throws {@link DeployError}. */
export async function evaluateAppDefinition(module: ModuleConfig | null, environmentVariables: EnvironmentVariables): Promise<AppDefinition> {
  if (module === null) return EMPTY;
  const modules = new Map([[module.path, await compile(module)]]);
  const exported = evaluateModule({ modules, path: module.path, environmentVariables, errorCode: "InvalidAppDefinition", read: callExport });
  const parsed = APP_ANALYSIS.parse(exported);
  if (!parsed.ok) {
    throw new DeployError("InvalidAppDefinition", `The default export of convex.config.ts is no app definition: ${parsed.problem}. Make one with \`export default defineApp()\`.`);
  }
  const definition = { ...parsed.data, path: "" };
  refuseComponents(definition.childComponents.map(({ name }) => name));
  checkDeclaredVariables(definition, environmentVariables);
  return definition;
}

/** Throws where there are any. */
export function refuseComponents(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new DeployError("ComponentsNotAvailable", `Components are not available in this version yet. Remove ${names.map((name) => `"${name}"`).join(", ")} from convex.config.ts.`);
}

/** The CLI takes the names out of this text, and tells how to set them. */
function checkDeclaredVariables({ envVars }: AppDefinition, environmentVariables: EnvironmentVariables): void {
  const missing = (envVars ?? []).filter(([name, { optional }]) => optional !== true && !Object.hasOwn(environmentVariables, name)).map(([name]) => name);
  if (missing.length === 0) return;
  throw new DeployError("MissingEnvironmentVariables", `Environment variables that convex.config.ts requires are not set: ${missing.join(", ")}. Set them with \`npx convex env set\`.`);
}
