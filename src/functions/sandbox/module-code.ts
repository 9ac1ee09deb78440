/**
 * Modules as they are kept and run. The CLI pushes ES modules; each is turned into the body of a CommonJS function once,
 * when it is pushed, because ES modules of `node:vm` keep their context alive for ever (docs/decisions/0003-esbuild-modules.md).
 * Import bindings stay live, and `import()` becomes a promise of the realm.
 */
import { posix } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Message, TransformOptions } from "esbuild";
import { withEsbuild } from "./esbuild-service.js";
import { originalPath } from "./source-maps.js";

export interface ModuleSource {
  /** "messages.js", "_deps/abc.js". */
  readonly path: string;
  /** An ES module. */
  readonly source: string;
  readonly sourceMap: string | null;
  /** The source itself is what its developer wrote, so places are told in it. */
  readonly isAsWritten?: boolean;
}

export interface ModuleCode {
  readonly path: string;
  /** Body of a function of `exports`, `require`, `module`, `__filename`, `__dirname`. */
  readonly code: string;
  /** From `code` to the files that the developer wrote. */
  readonly sourceMap: string | null;
}

/** A module that can't be compiled; the message names the developer's file and line. */
export class ModuleSyntaxError extends Error {
  override readonly name = "ModuleSyntaxError";
}

const OPTIONS: TransformOptions = {
  format: "cjs",
  target: "esnext",
  platform: "neutral",
  charset: "utf8",
  legalComments: "none",
  sourcemap: "external",
  sourcesContent: false,
  supported: { "dynamic-import": false },
  logLevel: "silent",
};

/** Throws {@link ModuleSyntaxError}. */
export async function compileModule(module: ModuleSource): Promise<ModuleCode> {
  try {
    const options = { ...OPTIONS, sourcefile: posix.basename(module.path) };
    const { code, map } = await withEsbuild((esbuild) => esbuild.transform(withInlineMap(module), options));
    return { path: module.path, code, sourceMap: module.sourceMap !== null || module.isAsWritten === true ? map : null };
  } catch (error) {
    const [first] = (error as { errors?: readonly Message[] }).errors ?? [];
    if (first === undefined) throw error;
    throw new ModuleSyntaxError(describe(module, first));
  }
}

/** esbuild composes its own map with one that the source carries. */
function withInlineMap({ source, sourceMap }: ModuleSource): string {
  const code = source.replace(/^\/\/# sourceMappingURL=.*$/gm, "");
  if (sourceMap === null) return code;
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString("base64")}`;
}

function describe(module: ModuleSource, { text, location }: Message): string {
  const cause = text.startsWith("Top-level await")
    ? "Top-level await is not supported: modules are loaded without waiting. Move the await into a function"
    : text;
  return `${cause} (${place(module, location)})`;
}

function place({ path, sourceMap }: ModuleSource, location: Message["location"]): string {
  if (location === null) return path;
  const { line, column } = location;
  const original = sourceMap === null ? null : originalPositionFor(new TraceMap(sourceMap), { line, column });
  if (original === null || original.source === null) return `${path}:${line}:${column + 1}`;
  return `${originalPath(path, original.source)}:${original.line}:${original.column + 1}`;
}
