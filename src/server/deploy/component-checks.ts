/** What is refused of the components of a push: who is mounted where, and with what values. Texts name the component. */
import { APP_COMPONENT_PATH, COMPONENT_NAME } from "../../functions/component-path.js";
import { validatorToSource } from "../../values/validator-json.js";
import { compileValidator, type TableResolver, type ValidatorJson } from "../../values/validator.js";
import { placements, valueOf, type ComponentTree, type Placement } from "./component-tree.js";
import { DeployError } from "./deploy-error.js";
import { refuse, shownPath, type AppDefinition, type ComponentDefinition, type Definitions } from "./definitions.js";
import type { EnvironmentVariables } from "./environment.js";

const MOUNTS_MAX = 512;
const DEPTH_MAX = 16;
const NAME_LENGTH_MAX = 64;
const PREFIX_LENGTH_MAX = 1_024;
/** Of a validator, in a text. */
const SHOWN_MAX = 200;

/** Throws {@link DeployError} for the first mount that can't be. */
export function checkMounts(definitions: Definitions): void {
  const paths = new Set<string>();
  checkPrefix("The app", definitions.app.httpPrefix ?? "/");
  for (const placement of placements(definitions)) {
    const { path, parentPath, name, definition, definitionPath, mountedPrefix } = placement;
    checkName(placement, paths);
    paths.add(path);
    if (definition === undefined) throw refuse(`${parentOf(parentPath)} mounts "${name}" from ${shownPath(definitionPath)}, which is not part of the push. Import its convex.config and pass that to \`use()\`.`);
    if (paths.size > MOUNTS_MAX) throw refuse(`The app mounts more than ${MOUNTS_MAX} components, those of components counted. Mount fewer.`);
    if (path.split("/").length > DEPTH_MAX) throw refuse(`Components are mounted in each other more than ${DEPTH_MAX} deep: ${path}. Mount them less deep.`);
    if (mountedPrefix !== null) checkPrefix(`Component "${path}"`, mountedPrefix);
  }
}

function checkName({ name, path, parentPath }: Placement, taken: ReadonlySet<string>): void {
  const parent = parentOf(parentPath);
  if (!COMPONENT_NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    throw refuse(`${parent} mounts a component as "${name.slice(0, NAME_LENGTH_MAX)}": names of components start with a letter and have up to ${NAME_LENGTH_MAX} letters, digits and underscores. Give it another: \`use(component, { name: "…" })\`.`);
  }
  if (taken.has(path)) throw refuse(`${parent} mounts two components as "${name}". Name one of them: \`use(component, { name: "…" })\`.`);
}

function checkPrefix(owner: string, prefix: string): void {
  if (prefix.startsWith("/") && prefix.endsWith("/") && prefix.length <= PREFIX_LENGTH_MAX) return;
  throw refuse(`${owner} has the HTTP prefix "${prefix.slice(0, SHOWN_MAX)}": prefixes begin and end with a slash, and have up to ${PREFIX_LENGTH_MAX} characters. Change its \`httpPrefix\`.`);
}

/** Two routers of one prefix: one would never be asked. Throws {@link DeployError}. */
export function checkPrefixes({ routers }: ComponentTree): void {
  const seen = new Set<string>();
  for (const { prefix } of routers) {
    if (seen.has(prefix)) throw refuse(`Two routers have the same HTTP prefix "${prefix}". Give each component an \`httpPrefix\` of its own.`);
    seen.add(prefix);
  }
}

/** Whether the variables that the app declares are set, to values that it allows. Throws {@link DeployError}. */
export function checkAppVariables({ envVars = [] }: AppDefinition, visible: EnvironmentVariables): void {
  const missing = envVars.filter(([name, { optional }]) => optional !== true && !Object.hasOwn(visible, name)).map(([name]) => name);
  // The CLI takes the names out of this text, and tells how to set them.
  if (missing.length > 0) throw new DeployError("MissingEnvironmentVariables", `Environment variables that convex.config.ts requires are not set: ${missing.join(", ")}. Set them with \`npx convex env set\`.`);
  for (const [name, { value: validator }] of envVars) {
    const value = visible[name];
    if (value !== undefined && !isAllowed(validator, value)) throw new DeployError("InvalidEnvironmentVariables", `${notAllowed(name, validator)}. Set another with \`npx convex env set ${name} …\`.`);
  }
}

/** Whether every mounted component has the variables that it requires, with values that it allows. Throws {@link DeployError}. */
export function checkBoundVariables(definitions: Definitions, visible: EnvironmentVariables): void {
  const environments = new Map([[APP_COMPONENT_PATH, visible]]);
  for (const placement of placements(definitions)) {
    environments.set(placement.path, checkBindings(placement, placement.definition!, environments.get(placement.parentPath)!));
  }
}

/** Returns what the component gets. */
function checkBindings({ path, parentPath, bindings }: Placement, { envVars = [] }: ComponentDefinition, parents: EnvironmentVariables): EnvironmentVariables {
  const declared = new Map(envVars);
  const undeclared = [...bindings.keys()].find((name) => !declared.has(name));
  if (undeclared !== undefined) throw refuse(`Component "${path}" is given the environment variable ${undeclared}, which it does not declare. Remove it from \`env\` of its \`use()\`.`);
  const own: Record<string, string> = {};
  for (const [name, { value: validator, optional }] of declared) {
    const value = valueOf(bindings.get(name), parents);
    if (value === undefined && optional !== true) throw refuse(`Component "${path}" requires the environment variable ${name}${whyMissing(name, bindings, parentPath)}`);
    if (value === undefined) continue;
    if (!isAllowed(validator, value)) throw refuse(`In component "${path}": ${notAllowed(name, validator)}. Change the value that is bound to it.`);
    own[name] = value;
  }
  return own;
}

function whyMissing(name: string, bindings: Placement["bindings"], parentPath: string): string {
  const binding = bindings.get(name);
  if (binding?.type !== "envVar") return `. Bind it: \`use(component, { env: { ${name}: … } })\`.`;
  if (parentPath === APP_COMPONENT_PATH) return `, which is bound to ${binding.name}, and that is not set. Set it with \`npx convex env set ${binding.name} …\`.`;
  return `, which is bound to ${binding.name} of component "${parentPath}", and that has no value. Bind that too.`;
}

/** Values may be secrets, so they are not shown. */
function notAllowed(name: string, validator: string): string {
  return `the environment variable ${name} has a value that its validator does not allow: ${validatorToSource(JSON.parse(validator) as ValidatorJson).slice(0, SHOWN_MAX)}`;
}

/** Validators of variables are those of texts (see definitions.ts), so none asks for tables. */
const NO_TABLES: TableResolver = { tableNumberToName: () => null };

function isAllowed(validator: string, value: string): boolean {
  return compileValidator(JSON.parse(validator) as ValidatorJson).check(value, NO_TABLES) === null;
}

function parentOf(path: string): string {
  return path === APP_COMPONENT_PATH ? "The app" : `Component "${path}"`;
}
