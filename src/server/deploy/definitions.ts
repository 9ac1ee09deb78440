/**
 * convex.config.ts of the app and of every component that it uses: what each declares of itself, and what it mounts.
 *
 * A definition imports those that it mounts from "./_componentDeps/<base64url of their path>": a module that the server
 * supplies, with the path and the name that the other declares. So children are evaluated first.
 */
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import { lazySchema, type LazySchema, type SchemaOf, type Zod } from "../lazy-schema.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import type { ValidatorJson } from "../../values/validator.js";
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
const PATH_LENGTH_MAX = 1_024;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** `visible` is what the app's own code sees, `builtIn` what every component does. Throws {@link DeployError}. */
export async function evaluateDefinitions({ appDefinition, componentDefinitions }: StartPushRequest, visible: EnvironmentVariables, builtIn: EnvironmentVariables): Promise<Definitions> {
  checkPaths(componentDefinitions);
  const components = new Map<string, ComponentDefinition>();
  for (const { definitionPath, definition } of childrenFirst(componentDefinitions)) {
    const evaluated = await inDefinition(definitionPath, async () => await evaluateDefinition(definition, components, builtIn, COMPONENT_ANALYSIS));
    components.set(definitionPath, { ...evaluated, path: definitionPath });
  }
  const { definition } = appDefinition;
  const app = definition === null || definition === undefined ? EMPTY : { ...(await evaluateDefinition(definition, components, visible, APP_ANALYSIS)), path: APP_COMPONENT_PATH };
  return { app, components };
}

function checkPaths(pushed: readonly Pushed[]): void {
  if (pushed.length > DEFINITIONS_MAX) throw refuse(`The app uses ${pushed.length} different components, and at most ${DEFINITIONS_MAX} are allowed. Use fewer.`);
  const known = new Set<string>();
  for (const { definitionPath } of pushed) {
    const isPath = definitionPath !== APP_COMPONENT_PATH && definitionPath.length <= PATH_LENGTH_MAX && !CONTROL_CHARACTER.test(definitionPath);
    if (!isPath) throw refuse(`${JSON.stringify(definitionPath.slice(0, PATH_LENGTH_MAX))} is not the path of a component's folder: paths have 1 to ${PATH_LENGTH_MAX} characters, and none that can't be seen. Rename the folder.`);
    if (known.has(definitionPath)) throw refuse(`The push has the component ${shownPath(definitionPath)} twice. Push again.`);
    known.add(definitionPath);
  }
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

async function evaluateDefinition<T extends Pick<Definition, "envVars">>(module: ModuleConfig, known: ReadonlyMap<string, ComponentDefinition>, environmentVariables: EnvironmentVariables, schema: LazySchema<T>): Promise<T> {
  const isApp = schema === (APP_ANALYSIS as unknown);
  const modules = new Map([[module.path, await compile(module)], ...Array.from(known.values(), importedDefinition)]);
  const exported = evaluateModule({ modules, path: module.path, environmentVariables, errorCode: "InvalidAppDefinition", read: callExport });
  const parsed = schema.parse(exported);
  if (parsed.ok) {
    checkDeclarations(parsed.data);
    return parsed.data;
  }
  const kind = (exported as { readonly definitionType?: { readonly type?: unknown } } | null)?.definitionType?.type;
  if (isApp && kind === "childComponent") throw refuse("convex.config.ts of the app exports a component. Make an app with `export default defineApp()`, and mount the component with `app.use(…)`.");
  if (!isApp && kind === "app") throw refuse('Its convex.config.ts exports an app, which can\'t be mounted in another. Make a component with `export default defineComponent("name")`.');
  const [what, builder] = isApp ? ["app", "defineApp()"] : ["component", 'defineComponent("name")'];
  throw refuse(`The default export of convex.config.ts is no ${what} definition${exported === null ? "" : `: ${parsed.problem}`}. Make one with \`export default ${builder}\`.`);
}

/** Variables are texts; what else a validator could ask for they never are. */
function checkDeclarations({ envVars = [] }: Pick<Definition, "envVars">): void {
  for (const [name, { value }] of envVars) {
    if (!isTextValidator(parseValidator(value))) throw refuse(`The environment variable ${name} is declared with a validator that is not of texts. Use v.string(), a v.literal("…") or a v.union(…) of those.`);
  }
}

function parseValidator(text: string): ValidatorJson | null {
  try {
    return JSON.parse(text) as ValidatorJson | null;
  } catch {
    return null; // refused as no validator of texts
  }
}

function isTextValidator(json: ValidatorJson | null): boolean {
  if (json?.type === "union") return Array.isArray(json.value) && json.value.every(isTextValidator);
  return json?.type === "string" || (json?.type === "literal" && typeof json.value === "string");
}

/** What a definition gets that imports another. */
function importedDefinition({ path, definitionType }: ComponentDefinition): readonly [string, ModuleCode] {
  const module = `_componentDeps/${Buffer.from(path).toString("base64url")}`;
  const definition = { componentDefinitionPath: path, defaultName: definitionType.name };
  const code = `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${JSON.stringify(definition)};`;
  return [module, { path: module, code, sourceMap: null }];
}

/** A definition's path as developers know it: "@convex-dev/workpool" rather than the way to it through node_modules. */
export function shownPath(definitionPath: string): string {
  const inPackage = definitionPath.lastIndexOf("node_modules/");
  return inPackage === -1 ? definitionPath : definitionPath.slice(inPackage + "node_modules/".length);
}

/** Says which component an error is in. */
export async function inDefinition<T>(definitionPath: string, evaluate: () => Promise<T>): Promise<T> {
  try {
    return await evaluate();
  } catch (error) {
    if (!(error instanceof DeployError) || definitionPath === APP_COMPONENT_PATH) throw error;
    throw new DeployError(error.code, `In component ${shownPath(definitionPath)}: ${error.message}`);
  }
}

export function refuse(message: string): DeployError {
  return new DeployError("InvalidAppDefinition", message);
}

