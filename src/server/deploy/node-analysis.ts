/**
 * What modules of Node ("use node") define. They may need anything that Node has and the packages that they expect to be
 * installed, so they are loaded from where they will run, in a process that lives no longer than that; nothing in them is
 * called but the export of validators.
 */
import type { AnalysisReport, AnalysisTask, AnalyzedNodeModule } from "../actions/node/analysis-messages.js";
import { NodeProcess } from "../actions/node/node-process.js";
import type { AnalyzedFunction, ModuleAnalysis, UdfType } from "../../functions/sandbox/analyze.js";
import { DeployError } from "./deploy-error.js";

const LOADING_MS_MAX = 30_000;
const HEAP_MB_MAX = 512;

/** Throws {@link DeployError}. */
export async function analyzeNodeModules(task: AnalysisTask): Promise<ModuleAnalysis[]> {
  if (task.entries.length === 0) return [];
  const reports = await loadInProcess(task);
  return reports.map(({ path, functions }) => ({ path, functions: functions.map((analyzed) => checkKind(path, analyzed)), routes: null, crons: null }));
}

function loadInProcess(task: AnalysisTask): Promise<AnalyzedNodeModule[]> {
  const { entries } = task;
  const reports: AnalyzedNodeModule[] = [];
  return new Promise((resolve, reject) => {
    // What a module leaves behind (timers, sockets) must not keep the process alive.
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      void child.end();
      action();
    };
    const fail = (cause: string): void => settle(() => reject(refuse(entries[reports.length] ?? entries.at(-1)!, cause)));
    const child = new NodeProcess(
      { entry: "analysis-process", data: null, memoryMbMax: HEAP_MB_MAX },
      {
        onMessage: (message) => {
          const report = message as AnalysisReport;
          if ("error" in report) fail(report.error);
          else if (reports.push(report) === entries.length) settle(() => resolve(reports));
        },
        onExit: (cause) => fail(`${cause} while it was loaded.`),
      },
    );
    const timer = setTimeout(() => fail(`Loading it took longer than ${LOADING_MS_MAX / 1000} s. Do less outside of functions.`), LOADING_MS_MAX);
    child.post(task);
  });
}

function refuse(path: string, cause: string): DeployError {
  return new DeployError("InvalidModules", `Hit an error while loading the pushed modules. Failed to analyze ${path}: ${cause}`);
}

function checkKind(path: string, analyzed: AnalyzedFunction): AnalyzedFunction {
  if (analyzed.udfType === "Action") return analyzed;
  const kind: Record<Exclude<UdfType, "Action">, string> = { Query: "query", Mutation: "mutation", HttpAction: "HTTP action" };
  throw new DeployError("InvalidModules", `\`${analyzed.name}\` defined in \`${path}\` is a ${kind[analyzed.udfType]}. Only actions can be defined in Node.js: move it to a file without "use node".`);
}
