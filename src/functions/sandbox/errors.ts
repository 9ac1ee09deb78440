/**
 * What user code threw, as its developer and its clients see it. Errors come from the sandbox's realm and from this one, so
 * they are known by what they have, never by `instanceof`; and since they are user code's objects, any of their properties
 * may throw when it is read.
 */
import { PlainText } from "./console.js";
import type { SourcePosition } from "./source-maps.js";

export interface ErrorDescription {
  /** "Uncaught Error: boom\n    at handler (../convex/messages.ts:12:15)" */
  readonly message: string;
  /** The `data` of a ConvexError; absent for every other. */
  readonly data?: unknown;
}

/** Where user code's modules are named in stacks: nothing else's file names begin like this. */
export const MODULE_URL_PREFIX = "convex:/";

/** In characters. */
const TITLE_LENGTH_MAX = 32 * 1024;
const FRAMES_MAX = 16;
const FRAME = frameUnder(MODULE_URL_PREFIX);
const CONVEX_ERROR = Symbol.for("ConvexError");
const UNCAUGHT = "Uncaught ";
const RELAYED = /^Uncaught ([\w$]+)(?=: |\n|$)/;

export function describeError(error: unknown, sandbox: { mapStack(error: unknown): string }): ErrorDescription {
  const message = UNCAUGHT + sandbox.mapStack(error);
  return isConvexError(error) ? { message, data: read(error, "data") } : { message };
}

/** A line of a stack trace whose place is in a module under a URL. */
export function frameUnder(urlPrefix: string): RegExp {
  return new RegExp(`^\\s+at (?:(async )?(?:(.*) \\()?)?${urlPrefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(.+):(\\d+):(\\d+)\\)?$`);
}

/** `<Name>: <message>` and the frames of user code, each at the place that `locate` gives. */
export function formatError(error: unknown, locate: (position: SourcePosition) => SourcePosition, frame = FRAME): string {
  if (!isErrorLike(error)) return formatThrownValue(error);
  const name = text(read(error, "name"), "Error");
  const message = text(read(error, "message"), "");
  return [shorten(titleOf(name, message)), ...framesOf(text(read(error, "stack"), ""), message, locate, frame)].join("\n");
}

/**
 * The error of a function that another one called and did not catch bears the whole description of it as its message: by the package
 * it is a ConvexError again, or an Error. It is shown as it was, and the caller's frames follow.
 */
function titleOf(name: string, message: string): string {
  const [, inner] = RELAYED.exec(message) ?? [];
  if (inner !== undefined && (inner === name || name === "Error")) return message.slice(UNCAUGHT.length);
  return message === "" ? name : `${name}: ${message}`;
}

/** Whether it has what errors have. */
export function isErrorLike(value: unknown): value is object {
  return typeof value === "object" && value !== null && typeof read(value, "message") === "string" && typeof read(value, "stack") === "string";
}

/** An argument of `console`, as it is printed: errors with their places in the developer's files. */
export function withMappedStack(value: unknown, sandbox: { mapStack(error: unknown): string }): unknown {
  return isErrorLike(value) ? new PlainText(sandbox.mapStack(value)) : value;
}

function isConvexError(value: unknown): value is object {
  try {
    return typeof value === "object" && value !== null && CONVEX_ERROR in value;
  } catch {
    return false;
  }
}

function framesOf(stack: string, message: string, locate: (position: SourcePosition) => SourcePosition, frameLine: RegExp): string[] {
  const frames: string[] = [];
  // The message may have lines that look like frames.
  const afterMessage = stack.slice(stack.indexOf(message) + message.length);
  for (const line of afterMessage.split("\n")) {
    const frame = frameLine.exec(line);
    if (frame === null) continue;
    const [, isAsync, name, path, lineNumber, column] = frame;
    const place = locate({ path: path!, line: Number(lineNumber), column: Number(column) });
    frames.push(`    at ${isAsync ?? ""}${name ?? "<anonymous>"} (${place.path}:${place.line}:${place.column})`);
    if (frames.length === FRAMES_MAX) break;
  }
  return frames;
}

function formatThrownValue(value: unknown): string {
  try {
    return shorten(typeof value === "object" && value !== null ? (JSON.stringify(value) ?? "[object]") : String(value));
  } catch {
    return "[thrown value that can't be shown]";
  }
}

function shorten(title: string): string {
  return title.length <= TITLE_LENGTH_MAX ? title : `${title.slice(0, TITLE_LENGTH_MAX)}… (truncated due to length)`;
}

function read(target: object, name: string): unknown {
  try {
    return (target as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
