/** The thread of an executor of the default runtime: runs one action at a time in a realm that stays warm. */
// The globals of these names are user code's.
import process from "node:process";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { ActionRunner } from "../../functions/actions/action-runner.js";
import type { FromExecutor, ToExecutor, WorkerCode } from "../../functions/actions/executor-messages.js";
import { runHttpAction } from "../../functions/actions/http-action.js";
import { storageSyscalls } from "../../functions/actions/storage-syscalls.js";
import { limitBuffers } from "./buffer-limit.js";
import { EXIT_BUFFERS_TOO_LARGE, type ThreadExecutorOptions } from "./thread-executor.js";

const { memoryMbMax, internalOrigin } = workerData as ThreadExecutorOptions;
const port = parentPort!;
const storage = storageSyscalls({ Blob, internalOrigin });
const runner = new ActionRunner({
  post: (message: FromExecutor) => port.postMessage(message),
  jsSyscalls: (op, args, channel) => storage(op, args, (asked, jsonArgs) => channel.call(asked, jsonArgs)),
  runHttpAction,
});

port.on("message", (message: ToExecutor<WorkerCode>) => {
  switch (message.type) {
    case "code":
      runner.use(message.code);
      break;
    case "run":
      void runner.run(message.job, message.port as MessagePort | null);
      break;
    case "syscallReply":
      runner.settleSyscall(message.id, message.reply);
      break;
    default:
      message satisfies never;
  }
});

limitBuffers(memoryMbMax * 1024 * 1024, () => process.exit(EXIT_BUFFERS_TOO_LARGE));

port.postMessage({ type: "ready" } satisfies FromExecutor);
