/**
 * How functions are named. Clients write "messages:list", "messages.js:list", "folder/messages:list" or, for a default
 * export, "messages"; inside there is one form: module path with extension, and export name.
 */
export interface FunctionPath {
  /** Path of the bundled module: "messages.js". */
  readonly module: string;
  /** Name of the export. */
  readonly name: string;
}

/** Null where the text names no function at all. */
export function parseFunctionPath(text: string): FunctionPath | null {
  const colon = text.lastIndexOf(":");
  const modulePart = colon === -1 ? text : text.slice(0, colon);
  const name = colon === -1 ? "default" : text.slice(colon + 1);
  const module = modulePart.endsWith(".js") ? modulePart.slice(0, -3) : modulePart;
  if (!MODULE_PATTERN.test(module) || !NAME_PATTERN.test(name)) return null;
  return { module: module + ".js", name };
}

/** "messages:list"; "messages" for a default export. */
export function formatFunctionPath({ module, name }: FunctionPath): string {
  const path = module.slice(0, -".js".length);
  return name === "default" ? path : `${path}:${name}`;
}

/** The form of {@link formatFunctionPath}, of a text in any form; what names no function stays as it is. */
export function displayedFunctionPath(text: string): string {
  const path = parseFunctionPath(text);
  return path === null ? text : formatFunctionPath(path);
}

/** Path segments of letters, digits, `_`, `.` and `-` that are no `.` or `..`. */
const MODULE_PATTERN = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/;
const NAME_PATTERN = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
