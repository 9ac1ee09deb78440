/** What the page makes of the engine's state. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../convex/_generated/api";

export type SubjectState = FunctionReturnType<typeof api.engine.states>["subjects"][number];
export type Counts = SubjectState["counts"];

export const isHot = (state: SubjectState | undefined): boolean => state !== undefined && state.watchers > 0;

export function totalCounts(states: readonly SubjectState[]): Counts {
  const total: Counts = { fetches: 0, unchanged: 0, changed: 0, failed: 0 };
  for (const { counts } of states) for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
  return total;
}
