/** From positions in the code that runs to positions in the files that the developer wrote. */
import { posix } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Lines and columns count from 1, as in stack traces. */
export interface SourcePosition {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Where the maps of modules are found, by path. */
export interface MappedModules {
  get(path: string): { readonly sourceMap: string | null } | undefined;
}

/** Parsed maps are large and rarely needed: few are kept. */
const PARSED_MAX = 8;

export class SourceMaps {
  readonly #parsed = new Map<string, TraceMap | null>();

  constructor(private readonly modules: MappedModules) {}

  /** Where there is no map, the position in the bundle itself. */
  locate(position: SourcePosition): SourcePosition {
    const map = this.#mapOf(position.path);
    const original = map === null ? null : originalPositionFor(map, { line: position.line, column: position.column - 1 });
    if (original === null || original.source === null) return { ...position, path: originalPath(position.path, posix.basename(position.path)) };
    return { path: originalPath(position.path, original.source), line: original.line, column: original.column + 1 };
  }

  #mapOf(path: string): TraceMap | null {
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const parsed = parse(this.modules.get(path)?.sourceMap ?? null);
    if (this.#parsed.size >= PARSED_MAX) this.#parsed.delete(this.#parsed.keys().next().value!);
    this.#parsed.set(path, parsed);
    return parsed;
  }
}

function parse(text: string | null): TraceMap | null {
  if (text === null) return null;
  try {
    return new TraceMap(text);
  } catch {
    return null; // a bundle may come with any text as its map; its own positions are shown then
  }
}

/**
 * Sources are named relative to the bundle of `modulePath`; developers know them relative to the folder that all bundles
 * are in: "../convex/messages.ts", also for code that ended up in "_deps/". A bundle without a map stands for its file.
 */
export function originalPath(modulePath: string, source: string): string {
  return posix.join("/out", posix.dirname(modulePath), source).replace(/^\/out\//, "/convex/").replace(/^\//, "../");
}
