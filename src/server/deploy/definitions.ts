/**
 * convex.config.ts of the app and of every component that it uses: what each declares of itself, and what it mounts.
 *
 * A definition imports those that it mounts from "./_componentDeps/<base64url of their path>": a module that the server
 * supplies, with the path and the name that the other declares. So children are evaluated first.
 */
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import { lazySchema, type LazySchema, type SchemaOf, type Zod } from "../lazy-schema.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { callExport, compile, evaluateModule } from "./module-evaluation.js";
import type { ModuleConfig, StartPushRequest } from "./push-request.js";

const exportsTree = (z: Zod) => z.looseObject({ type: z.literal("branch"), branch: z.array(z.unknown()) });
const envVar = (z: Zod) => z.looseObject({ type: z.literal("value"), value: z.string(), optional: z.boolean().optional() });
const binding = (z: Zod) => z.union([z.looseObject({ type: z.literal("value"), value: z.string() }), z.looseObject({ type: z.literal("envVar"), name: z.string() })]);
const child = (z: Zod) => z.looseObject({ name: z.string(), path: z.string(), env: z.array(z.tuple([z.string(), binding(z)])).nullish() });

const common = (z: Zod) => ({
  childComponents: z.array(child(z)),
  /** Which child answers HTTP requests below a prefix: "_reference/childComponent/<name>". */
  httpMounts: z.record(z.string(), z.string()),
  exports: exportsTree(z),
  envVars: z.array(z.tuple([z.string(), envVar(z)])).optional(),
});

const appAnalysis = (z: Zod) => z.object({ ...common(z), definitionType: z.looseObject({ type: z.literal("app") }), httpPrefix: z.string().optional() });
const componentAnalysis = (z: Zod) => z.object({ ...common(z), definitionType: z.looseObject({ type: z.literal("childComponent"), name: z.string() }) });

/** In the form of the deploy API; `path` is the definition's, "" for the app. */
export type AppDefinition = SchemaOf<typeof appAnalysis> & { readonly path: string };
export type ComponentDefinition = SchemaOf<typeof componentAnalysis> & { readonly path: string };
export type Definition = AppDefinition | ComponentDefinition;

export interface Definitions {
  readonly app: AppDefinition;
  /** By definition path. */
  readonly components: ReadonlyMap<string, ComponentDefinition>;
}

const APP_ANALYSIS = lazySchema(appAnalysis);
const COMPONENT_ANALYSIS = lazySchema(componentAnalysis);

const EMPTY: AppDefinition = { path: "", definitionType: { type: "app" }, childComponents: [], httpMounts: {}, exports: { type: "branch", branch: [] } };

/** Of one push. Code of definitions is small, and there are as many as packages with components. */
const DEFINITIONS_MAX = 256;

/** `visible` is what the app's own code sees, `builtIn` what every component does. Throws {@link DeployError}. */
export async function evaluateDefinitions({ appDefinition, componentDefinitions }: StartPushRequest, visible: EnvironmentVariables, builtIn: EnvironmentVariables): Promise<Definitions> {
  if (componentDefinitions.length > DEFINITIONS_MAX) throw refuse(`The app uses ${componentDefinitions.length} different components, and at most ${DEFINITIONS_MAX} are allowed.`);
  const components = new Map<string, ComponentDefinition>();
  for (const { definitionPath, definition } of childrenFirst(componentDefinitions)) {
    components.set(definitionPath, { ...(await evaluateDefinition(definition, definitionPath, components, builtIn, COMPONENT_ANALYSIS)), path: definitionPath });
  }
  const { definition } = appDefinition;
  const app = definition === null || definition === undefined ? EMPTY : { ...(await evaluateDefinition(definition, "", components, visible, APP_ANALYSIS)), path: "" };
  checkDeclaredVariables(app, visible);
  return { app, components };
}

type Pushed = StartPushRequest["componentDefinitions"][number];

/** Each after those that it depends on. Throws where they go round in a circle. */
function childrenFirst(pushed: readonly Pushed[]): Pushed[] {
  const byPath = new Map(pushed.map((definition) => [definition.definitionPath, definition]));
  const ordered = new Set<Pushed>();
  const visit = (definition: Pushed, above: readonly string[]): void => {
    if (above.includes(definition.definitionPath)) throw refuse(`Components mount each other in a circle: ${[...above, definition.definitionPath].map(shownPath).join(" → ")}. Remove one of these \`use()\`.`);
    if (ordered.has(definition)) return;
    for (const path of definition.dependencies) {
      const dependency = byPath.get(path);
      if (dependency !== undefined) visit(dependency, [...above, definition.definitionPath]);
    }
    ordered.add(definition);
  };
  for (const definition of pushed) visit(definition, []);
  return [...ordered];
}

async function evaluateDefinition<T>(module: ModuleConfig, definitionPath: string, known: ReadonlyMap<string, ComponentDefinition>, environmentVariables: EnvironmentVariables, schema: LazySchema<T>): Promise<T> {
  const isApp = schema === (APP_ANALYSIS as unknown);
  const where = isApp ? "convex.config.ts" : `convex.config.ts of ${shownPath(definitionPath)}`;
  const modules = new Map([[module.path, await compile(module)], ...Array.from(known.values(), importedDefinition)]);
  const exported = evaluateModule({ modules, path: module.path, environmentVariables, errorCode: "InvalidAppDefinition", read: callExport });
  const parsed = schema.parse(exported);
  if (parsed.ok) return parsed.data;
  const kind = (exported as { readonly definitionType?: { readonly type?: unknown } } | null)?.definitionType?.type;
  if (isApp && kind === "childComponent") throw refuse("convex.config.ts of the app exports a component. Make an app with `export default defineApp()`, and mount the component with `app.use(…)`.");
  if (!isApp && kind === "app") throw refuse(`${where} exports an app, which can't be mounted in another. Make a component with \`export default defineComponent("name")\`.`);
  throw refuse(`The default export of ${where} is no ${isApp ? "app" : "component"} definition: ${parsed.problem}. Make one with \`export default ${isApp ? "defineApp()" : 'defineComponent("name")'}\`.`);
}

/** What a definition gets that imports another. */
function importedDefinition({ path, definitionType }: ComponentDefinition): readonly [string, ModuleCode] {
  const module = `_componentDeps/${Buffer.from(path).toString("base64url")}`;
  const definition = { componentDefinitionPath: path, defaultName: definitionType.name };
  const code = `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${JSON.stringify(definition)};`;
  return [module, { path: module, code, sourceMap: null }];
}

/** The CLI takes the names out of this text, and tells how to set them. */
function checkDeclaredVariables({ envVars }: AppDefinition, environmentVariables: EnvironmentVariables): void {
  const missing = (envVars ?? []).filter(([name, { optional }]) => optional !== true && !Object.hasOwn(environmentVariables, name)).map(([name]) => name);
  if (missing.length === 0) return;
  throw new DeployError("MissingEnvironmentVariables", `Environment variables that convex.config.ts requires are not set: ${missing.join(", ")}. Set them with \`npx convex env set\`.`);
}

/** A definition's path as developers know it: "@convex-dev/workpool" rather than the way to it through node_modules. */
export function shownPath(definitionPath: string): string {
  const inPackage = definitionPath.lastIndexOf("node_modules/");
  return inPackage === -1 ? definitionPath : definitionPath.slice(inPackage + "node_modules/".length);
}

export function refuse(message: string): DeployError {
  return new DeployError("InvalidAppDefinition", message);
}

