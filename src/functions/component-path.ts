/**
 * Components of a deployment by their path: "" is the app, "workflow" what the app mounted under that name, and
 * "workflow/workpool" what that mounted in turn. A path is the identity of a mounted component: its tables, files, jobs and
 * handles are kept under it, so they are found again when it was unmounted and comes back.
 */
export const APP_COMPONENT_PATH = "";

/** As names of components are documented: letters, digits and underscores. */
export const COMPONENT_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Where the modules of a component stand among all modules of a deployment: "workflow/workpool" → "@workflow/@workpool/".
 * No module of an app can be called so, and no folder of a component taken for a component.
 */
export function modulePrefix(componentPath: string): string {
  if (componentPath === APP_COMPONENT_PATH) return "";
  return componentPath.split("/").map((name) => `@${name}/`).join("");
}

/** The path of the component that a module of a deployment belongs to. */
export function componentOfModule(modulePath: string): string {
  const names = modulePath.split("/").slice(0, -1);
  const end = names.findIndex((name) => !name.startsWith("@"));
  return (end === -1 ? names : names.slice(0, end)).map((name) => name.slice(1)).join("/");
}

export function childPath(parentPath: string, name: string): string {
  return parentPath === APP_COMPONENT_PATH ? name : `${parentPath}/${name}`;
}
