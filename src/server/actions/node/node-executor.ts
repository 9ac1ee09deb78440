/** An executor of "use node" actions: a child process, see executor-process.ts. */
import type { FromExecutor, NodeCode } from "../../../functions/actions/executor-messages.js";
import type { Executor, ExecutorEvents } from "../executor.js";
import { NodeProcess } from "./node-process.js";

export interface NodeExecutorOptions {
  /** Of JavaScript heap. */
  readonly memoryMbMax: number;
  /** Where the process reaches this server, for file storage: "http://127.0.0.1:3210". */
  readonly internalOrigin: string;
}

export function startNodeExecutor(options: NodeExecutorOptions, events: ExecutorEvents): Executor<NodeCode> {
  const process = new NodeProcess(
    { entry: "executor-process", data: options, memoryMbMax: options.memoryMbMax },
    { onMessage: (message) => events.onMessage(message as FromExecutor), onExit: (cause) => events.onExit(cause) },
  );
  return {
    post: (message) => {
      process.post(message);
      return true;
    },
    end: () => process.end(),
  };
}
