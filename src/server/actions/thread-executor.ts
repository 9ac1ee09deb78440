/** An executor of the default runtime: a worker thread with a heap of its own, see thread-executor-worker.ts. */
import { Worker, type MessagePort } from "node:worker_threads";
import type { FromExecutor, ToExecutor, WorkerCode } from "../../functions/actions/executor-messages.js";
import type { Executor, ExecutorEvents } from "./executor.js";

export interface ThreadExecutorOptions {
  /** Of JavaScript heap and buffers, each. */
  readonly memoryMbMax: number;
  /** Where the thread reaches this server, for file storage: "http://127.0.0.1:3210". */
  readonly internalOrigin: string;
}

/** Exit code of a thread that found its buffers to be over the limit. */
export const EXIT_BUFFERS_TOO_LARGE = 71;
/** What our own code takes of an executor's heap. */
const OWN_HEAP_MB = 16;

export function startThreadExecutor(options: ThreadExecutorOptions, events: ExecutorEvents): Executor<WorkerCode> {
  const { memoryMbMax } = options;
  const worker = new Worker(new URL("./thread-executor-worker.js", import.meta.url), {
    name: "action",
    workerData: options,
    // Nothing of the server's environment: variables of the deployment come with the code.
    env: {},
    // `queryObjects` of buffer-limit.ts.
    execArgv: [...process.execArgv, "--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxOldGenerationSizeMb: memoryMbMax + OWN_HEAP_MB, maxYoungGenerationSizeMb: 8 },
  });
  const outOfMemory = `it ran out of memory (limit ${memoryMbMax} MB)`;
  let cause: string | null = null;
  worker.on("message", (message: FromExecutor) => events.onMessage(message));
  worker.on("error", (error: NodeJS.ErrnoException) => (cause = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? outOfMemory : error.message));
  worker.on("exit", (code) => events.onExit(cause ?? (code === EXIT_BUFFERS_TOO_LARGE ? outOfMemory : `its thread ended with code ${code}`)));
  return {
    post: (message) => post(worker, message),
    end: async () => void (await worker.terminate()),
  };
}

/**
 * Whether a port is still open can only be told by handing it on: it closes as soon as its thread has been told that the
 * other end is gone, and its event "close" comes later.
 */
function post(worker: Worker, message: ToExecutor<WorkerCode>): boolean {
  if (message.type !== "run" || message.port === null) {
    worker.postMessage(message);
    return true;
  }
  try {
    worker.postMessage(message, [message.port as MessagePort]);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "DataCloneError") return false;
    throw error;
  }
}
