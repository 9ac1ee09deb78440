/** Finds where a function was written by its text, as the language tells nobody where a function comes from. */
import type { SourcePosition } from "./source-maps.js";

export interface SearchedModule {
  readonly path: string;
  readonly code: string;
}

/** In the code that runs; null if its text is in no module, or more than once in the first one that has it. */
export function findFunction(modules: Iterable<SearchedModule>, userFunction: (...args: never[]) => unknown): SourcePosition | null {
  const text = Function.prototype.toString.call(userFunction);
  for (const { path, code } of modules) {
    const at = code.indexOf(text);
    if (at === -1) continue;
    return code.indexOf(text, at + 1) === -1 ? positionAt(path, code, at) : null;
  }
  return null;
}

function positionAt(path: string, code: string, offset: number): SourcePosition {
  const before = code.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { path, line: before.split("\n").length, column: offset - lineStart + 1 };
}
