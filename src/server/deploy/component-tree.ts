/** Which component is mounted where, with what environment, and who answers which HTTP requests: what definitions amount to. */
import { APP_COMPONENT_PATH, COMPONENT_NAME, childPath, modulePrefix } from "../../functions/component-path.js";
import type { MountedRouter } from "../../functions/deployment.js";
import { compileValidator, type TableResolver, type ValidatorJson } from "../../values/validator.js";
import { refuse, shownPath, type ComponentDefinition, type Definition, type Definitions } from "./definitions.js";
import type { EnvironmentVariables } from "./environment.js";

/** A component in its place. */
export interface Mount {
  /** "workflow/workpool" */
  readonly path: string;
  readonly definitionPath: string;
  /** What its functions see. */
  readonly environmentVariables: EnvironmentVariables;
}

export interface ComponentTree {
  /** Without the app; parents before their children. */
  readonly mounts: readonly Mount[];
  /** The longest prefix first. */
  readonly routers: readonly MountedRouter[];
}

const MOUNTS_MAX = 512;
const DEPTH_MAX = 16;
const NAME_LENGTH_MAX = 64;
const ROUTER = "http.js";
const CHILD_REFERENCE = "_reference/childComponent/";

/** `visible` is the app's environment, `builtIn` what the server tells every component. Throws DeployError. */
export function mountComponents(definitions: Definitions, visible: EnvironmentVariables, builtIn: EnvironmentVariables): ComponentTree {
  const { app } = definitions;
  const mounts: Mount[] = [];
  const routers: MountedRouter[] = [];
  const visit = (definition: Definition, path: string, environment: EnvironmentVariables, prefix: string | null): void => {
    if (prefix !== null) routers.push({ prefix, module: modulePrefix(path) + ROUTER });
    const names = new Set<string>();
    for (const { name, path: definitionPath, env } of definition.childComponents) {
      checkName(name, path, names);
      const component = definitions.components.get(definitionPath);
      if (component === undefined) throw refuse(`${parentOf(path)} mounts "${name}" from ${shownPath(definitionPath)}, which is not part of the push. Import its convex.config and pass that to \`use()\`.`);
      const childsPath = childPath(path, name);
      const own = bindVariables(component, childsPath, new Map(env ?? []), environment);
      mounts.push({ path: childsPath, definitionPath, environmentVariables: { ...own, ...builtIn } });
      if (mounts.length > MOUNTS_MAX) throw refuse(`The app mounts more than ${MOUNTS_MAX} components, those of components counted. Mount fewer.`);
      if (childsPath.split("/").length > DEPTH_MAX) throw refuse(`Components are mounted in each other more than ${DEPTH_MAX} deep: ${childsPath}.`);
      const mounted = Object.entries(definition.httpMounts).find(([, reference]) => reference === CHILD_REFERENCE + name);
      visit(component, childsPath, own, mounted === undefined || prefix === null ? null : prefix.slice(0, -1) + mounted[0]);
    }
  };
  visit(app, APP_COMPONENT_PATH, visible, app.httpPrefix ?? "/");
  checkPrefixes(routers);
  return { mounts, routers: routers.sort((a, b) => b.prefix.length - a.prefix.length) };
}

function checkName(name: string, parentPath: string, taken: Set<string>): void {
  if (!COMPONENT_NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    throw refuse(`${parentOf(parentPath)} mounts a component as "${name.slice(0, NAME_LENGTH_MAX)}": names of components start with a letter and have up to ${NAME_LENGTH_MAX} letters, digits and underscores. Give it another: \`use(component, { name: "…" })\`.`);
  }
  if (taken.has(name)) throw refuse(`${parentOf(parentPath)} mounts two components as "${name}". Name one of them: \`use(component, { name: "…" })\`.`);
  taken.add(name);
}

type Binding = NonNullable<Definition["childComponents"][number]["env"]>[number][1];

/** Environment variables that a component declares, with the values that its parent binds to them. */
function bindVariables({ envVars }: ComponentDefinition, path: string, bindings: ReadonlyMap<string, Binding>, parents: EnvironmentVariables): EnvironmentVariables {
  const declared = new Map(envVars ?? []);
  const undeclared = [...bindings.keys()].find((name) => !declared.has(name));
  if (undeclared !== undefined) throw refuse(`Component "${path}" is given the environment variable ${undeclared}, which it does not declare. Remove it from \`env\` of its \`use()\`.`);
  const own: Record<string, string> = {};
  for (const [name, { value: validator, optional }] of declared) {
    const value = valueOf(bindings.get(name), parents);
    if (value === undefined && optional !== true) throw refuse(missing(path, name, bindings.get(name)));
    if (value === undefined) continue;
    if (!isAllowed(validator, value)) throw refuse(`The environment variable ${name} of component "${path}" has a value that it does not allow: its validator is ${validator.slice(0, 200)}. Change the value that is bound to it.`);
    own[name] = value;
  }
  return own;
}

function valueOf(binding: Binding | undefined, parents: EnvironmentVariables): string | undefined {
  if (binding === undefined) return undefined;
  if (binding.type === "value") return (binding as { readonly value: string }).value;
  const { name } = binding as { readonly name: string };
  return Object.hasOwn(parents, name) ? parents[name] : undefined;
}

function missing(path: string, name: string, binding: Binding | undefined): string {
  if (binding?.type !== "envVar") return `Component "${path}" requires the environment variable ${name}. Bind it: \`use(component, { env: { ${name}: … } })\`.`;
  const source = (binding as { readonly name: string }).name;
  return `Component "${path}" requires the environment variable ${name}, which is bound to ${source}, and that is not set. Set it with \`npx convex env set ${source} …\`.`;
}

/** Only texts are allowed, so no validator asks for tables. */
const NO_TABLES: TableResolver = { tableNumberToName: () => null };

function isAllowed(validatorText: string, value: string): boolean {
  return compileValidator(JSON.parse(validatorText) as ValidatorJson).check(value, NO_TABLES) === null;
}

function checkPrefixes(routers: readonly MountedRouter[]): void {
  const seen = new Map<string, MountedRouter>();
  for (const router of routers) {
    if (seen.has(router.prefix)) throw refuse(`Two routers have the same prefix "${router.prefix}". Give each component an \`httpPrefix\` of its own.`);
    seen.set(router.prefix, router);
  }
}

function parentOf(path: string): string {
  return path === APP_COMPONENT_PATH ? "The app" : `Component "${path}"`;
}
