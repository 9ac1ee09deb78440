/** The process that looks at modules of Node: loads each as an executor would, and describes what it exports. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnalyzedFunction, FunctionPosition, UdfType } from "../../../functions/sandbox/analyze.js";
import { findFunction, type SearchedModule } from "../../../functions/sandbox/find-function.js";
import type { AnalysisReport, AnalysisTask } from "./analysis-messages.js";
import { DeveloperStacks } from "./developer-stacks.js";
import { installCommonJs, installConsole, installConvex } from "./node-globals.js";
import { takeChannel } from "./process-channel.js";
import { setEnvironment } from "./process-state.js";

type Handler = (...args: never[]) => unknown;

/** The marks that the builders of `convex/server` leave. */
interface Marks {
  readonly isQuery?: unknown;
  readonly isMutation?: unknown;
  readonly isAction?: unknown;
  readonly isHttp?: unknown;
  readonly isInternal?: unknown;
  readonly _handler?: unknown;
  readonly exportArgs?: () => string;
  readonly exportReturns?: () => string;
}

const channel = takeChannel<AnalysisTask>();
channel.onMessage((task) => void analyze(task));

async function analyze({ folder, entries, paths, environmentVariables }: AnalysisTask): Promise<void> {
  setEnvironment({ ...(process.env as Record<string, string>), ...environmentVariables });
  installCommonJs(folder);
  installConsole(() => undefined);
  installConvex({ asyncSyscall: notWhileLoading, jsSyscall: notWhileLoading });
  const stacks = new DeveloperStacks(folder);
  const report = (message: AnalysisReport): void => channel.post(message);
  const fail = (error: unknown): void => report({ error: stacks.describe(error).message });
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const search = searchIn(folder, paths);
  for (const path of entries) {
    try {
      const exported = (await import(pathToFileURL(join(folder, path)).href)) as Readonly<Record<string, unknown>>;
      const position = (handler: Handler): FunctionPosition | null => positionOf(handler, search(path), stacks);
      report({ path, functions: Object.entries(exported).flatMap(([name, value]) => describe(name, value, position)) });
    } catch (error) {
      fail(error);
      return;
    }
  }
}

function notWhileLoading(op: string): never {
  throw new Error(`${op} can't be called outside of a function.`);
}

/** Nothing for an export that is no function of the API: helpers and constants may be exported too. */
function describe(name: string, exported: unknown, position: (handler: Handler) => FunctionPosition | null): AnalyzedFunction[] {
  if (typeof exported !== "function") return [];
  const marks = exported as Marks;
  const udfType = udfTypeOf(marks);
  if (udfType === null) return [];
  const pos = typeof marks._handler === "function" ? position(marks._handler as Handler) : null;
  return [{ name, udfType, visibility: marks.isInternal === true ? "internal" : "public", args: marks.exportArgs?.() ?? '{"type":"any"}', returns: marks.exportReturns?.() ?? "null", pos }];
}

function udfTypeOf({ isQuery, isMutation, isAction, isHttp }: Marks): UdfType | null {
  if (isQuery === true) return "Query";
  if (isMutation === true) return "Mutation";
  if (isAction === true) return "Action";
  return isHttp === true ? "HttpAction" : null;
}

function positionOf(handler: Handler, modules: Iterable<SearchedModule>, stacks: DeveloperStacks): FunctionPosition | null {
  const found = findFunction(modules, handler);
  if (found === null) return null;
  const { path, line, column } = stacks.locate(found);
  return { path, start_line: line, start_column: column };
}

/** All modules, read when they are first needed; the given one comes first. */
function searchIn(folder: string, paths: readonly string[]): (first: string) => Iterable<SearchedModule> {
  const known = new Map<string, SearchedModule>();
  const read = (path: string): SearchedModule => {
    const module = known.get(path) ?? { path, code: readFileSync(join(folder, path), "utf8") };
    known.set(path, module);
    return module;
  };
  return function* (first) {
    yield read(first);
    for (const path of paths) if (path !== first) yield read(path);
  };
}
