/**
 * Which component is mounted where, with what environment, and who answers which HTTP requests: what definitions amount to.
 * Nothing is refused here (see component-checks.ts): what was deployed once mounts again, whatever became of the variables.
 */
import { APP_COMPONENT_PATH, childPath, modulePrefix } from "../../functions/component-path.js";
import type { MountedRouter } from "../../functions/deployment.js";
import type { ComponentDefinition, Definition, Definitions } from "./definitions.js";
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

type ChildComponent = Definition["childComponents"][number];
export type Binding = NonNullable<ChildComponent["env"]>[number][1];

/** One `use()`, in one place of the tree. */
export interface Placement {
  readonly path: string;
  readonly parentPath: string;
  readonly name: string;
  readonly definitionPath: string;
  /** Undefined where the push has none of that path. */
  readonly definition: ComponentDefinition | undefined;
  /** Values for the variables that the component declares. */
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Of `httpPrefix`: "/stripe/", below the parent's own; null without one. */
  readonly mountedPrefix: string | null;
}

const ROUTER = "http.js";
const CHILD_REFERENCE = "_reference/childComponent/";

/** Everything that is mounted, parents before their children. Never ends where components mount each other in a circle. */
export function* placements(definitions: Definitions, parent: Definition = definitions.app, parentPath = APP_COMPONENT_PATH): Generator<Placement> {
  for (const { name, path: definitionPath, env } of parent.childComponents) {
    const path = childPath(parentPath, name);
    const definition = definitions.components.get(definitionPath);
    const mounted = Object.entries(parent.httpMounts).find(([, reference]) => reference === CHILD_REFERENCE + name);
    yield { path, parentPath, name, definitionPath, definition, bindings: new Map(env ?? []), mountedPrefix: mounted?.[0] ?? null };
    if (definition !== undefined) yield* placements(definitions, definition, path);
  }
}

/** `visible` is the app's environment, `builtIn` what the server tells every component. */
export function mountComponents(definitions: Definitions, visible: EnvironmentVariables, builtIn: EnvironmentVariables): ComponentTree {
  const mounts: Mount[] = [];
  const environments = new Map([[APP_COMPONENT_PATH, visible]]);
  const prefixes = new Map([[APP_COMPONENT_PATH, definitions.app.httpPrefix ?? "/"]]);
  for (const { path, parentPath, definitionPath, definition, bindings, mountedPrefix } of placements(definitions)) {
    if (definition === undefined) continue;
    const own = boundVariables(definition, bindings, environments.get(parentPath) ?? {});
    environments.set(path, own);
    mounts.push({ path, definitionPath, environmentVariables: { ...own, ...builtIn } });
    const parentsPrefix = prefixes.get(parentPath);
    if (mountedPrefix !== null && parentsPrefix !== undefined) prefixes.set(path, parentsPrefix.slice(0, -1) + mountedPrefix);
  }
  const routers = Array.from(prefixes, ([path, prefix]) => ({ prefix, module: modulePrefix(path) + ROUTER }));
  return { mounts, routers: routers.sort((a, b) => b.prefix.length - a.prefix.length) };
}

function boundVariables({ envVars = [] }: ComponentDefinition, bindings: ReadonlyMap<string, Binding>, parents: EnvironmentVariables): EnvironmentVariables {
  return Object.fromEntries(
    envVars.flatMap(([name]) => {
      const value = valueOf(bindings.get(name), parents);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What a parent with these variables gives; undefined where it gives nothing. */
export function valueOf(binding: Binding | undefined, parents: EnvironmentVariables): string | undefined {
  if (binding === undefined) return undefined;
  if (binding.type === "value") return binding.value;
  return Object.hasOwn(parents, binding.name) ? parents[binding.name] : undefined;
}
