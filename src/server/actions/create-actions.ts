/** Puts together what actions need: a pool of executors for each runtime, and the operations that they can ask for. */
import type { NodeCode, WorkerCode } from "../../functions/actions/executor-messages.js";
import type { EngineOptions } from "../engine-messages.js";
import { ActionService, type ActionServiceOptions } from "./action-service.js";
import type { ActionSyscalls } from "./action-syscalls.js";
import { ExecutorPool } from "./executor-pool.js";
import { startNodeExecutor } from "./node/node-executor.js";
import { startThreadExecutor } from "./thread-executor.js";

/** Executors start in tens of milliseconds; kept for this long, a busy app seldom waits for one. */
const IDLE_MS = 30_000;

export function createActions(engine: Pick<EngineOptions, "limits" | "internalOrigin">, parts: Pick<ActionServiceOptions, "database" | "log">, syscalls: ActionSyscalls): ActionService {
  const { limits, internalOrigin } = engine;
  const common = { actionMsMax: limits.actionMsMax, idleMs: IDLE_MS };
  const threads = new ExecutorPool<WorkerCode>({
    ...common,
    runsMax: limits.actionsMax,
    start: (events) => startThreadExecutor({ memoryMbMax: limits.actionMemoryMbMax, internalOrigin }, events),
  });
  const processes = new ExecutorPool<NodeCode>({
    ...common,
    runsMax: limits.nodeActionsMax,
    start: (events) => startNodeExecutor({ memoryMbMax: limits.nodeActionMemoryMbMax, internalOrigin }, events),
  });
  return new ActionService({ ...parts, limits, threads, processes, syscalls });
}
