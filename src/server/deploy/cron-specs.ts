/** The cron jobs of a push, from the analysis of crons.ts. What is wrong with one fails the push. */
import { APP_COMPONENT_PATH, modulePrefix } from "../../functions/component-path.js";
import { DeployedFunctions, schedulableFunction } from "../../functions/deployed-functions.js";
import { FunctionError } from "../../functions/errors.js";
import { CronScheduleError, checkSchedule, type CronSchedule } from "../scheduler/cron-schedule.js";
import type { CronSpec } from "../scheduler/cron-table.js";
import type { StoredModule } from "./code-store.js";
import { DeployError } from "./deploy-error.js";

/** Those of components counted. */
const CRONS_MAX = 1_000;

/** Throws {@link DeployError}. */
export function cronSpecs(modules: readonly StoredModule[], componentPath: string): CronSpec[] {
  const prefix = modulePrefix(componentPath);
  const deployed = new DeployedFunctions(new Map(modules.map((module) => [prefix + module.path, module])), new Map([[componentPath, {}]]));
  const specs = modules.flatMap(({ analysis }) => Object.entries(analysis?.crons ?? {}));
  return specs.map(([ownName, { name: functionPath, args, schedule }]) => {
    const name = componentPath === APP_COMPONENT_PATH ? ownName : `${componentPath}/${ownName}`;
    try {
      checkSchedule(schedule as CronSchedule, name);
      if (deployed.find(componentPath, functionPath) === undefined) throw new FunctionError(`the function '${functionPath}' is not in ${componentPath === APP_COMPONENT_PATH ? "the app" : "the component"}`);
      return { name, componentPath, functionPath: schedulableFunction(deployed, { componentPath, path: functionPath, caller: "server" }).name, args: JSON.stringify(args[0] ?? {}), schedule: schedule as CronSchedule };
    } catch (error) {
      if (error instanceof CronScheduleError || error instanceof FunctionError) throw new DeployError("InvalidCrons", `The cron job "${name}" in crons.ts can't be run: ${error.message}.`);
      throw error;
    }
  });
}

/** All those of a push: they are known by their names. Throws {@link DeployError}. */
export function checkCrons(specs: readonly CronSpec[]): void {
  if (specs.length > CRONS_MAX) throw new DeployError("InvalidCrons", `There are ${specs.length} cron jobs, and at most ${CRONS_MAX} are allowed. Do more in each.`);
  const known = new Set<string>();
  for (const { name } of specs) {
    if (known.has(name)) throw new DeployError("InvalidCrons", `The app has a cron job "${name}", and one of a component is known by the same name. Rename the app's in crons.ts.`);
    known.add(name);
  }
}
