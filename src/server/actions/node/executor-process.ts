/** The process of an executor of "use node" actions: everything of Node, one action at a time. */
import type { FromExecutor, NodeCode, ToExecutor } from "../../../functions/actions/executor-messages.js";
import { storageSyscalls } from "../../../functions/actions/storage-syscalls.js";
import type { NodeExecutorOptions } from "./node-executor.js";
import { NodeRunner } from "./node-runner.js";
import { takeChannel } from "./process-channel.js";

const channel = takeChannel<ToExecutor<NodeCode>>();
const { internalOrigin } = channel.data as NodeExecutorOptions;
const runner = new NodeRunner({
  post: (message: FromExecutor) => channel.post(message),
  jsSyscall: storageSyscalls({ Blob, internalOrigin }),
});

channel.onMessage((message) => {
  switch (message.type) {
    case "code":
      runner.use(message.code);
      break;
    case "run":
      void runner.run(message.job);
      break;
    case "syscallReply":
      runner.settleSyscall(message.id, message.reply);
      break;
    default:
      message satisfies never;
  }
});

channel.post({ type: "ready" } satisfies FromExecutor);
