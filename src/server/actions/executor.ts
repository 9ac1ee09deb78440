/** What a pool knows of whatever runs its actions: a thread for the default runtime, a process for Node. */
import type { FromExecutor, ToExecutor } from "../../functions/actions/executor-messages.js";

export interface Executor<Code> {
  /** Messages posted before it is ready wait for it. False, and nothing was posted: the other end of the message's port is gone. */
  post(message: ToExecutor<Code>): boolean;
  /** Ends it, whatever it is doing; resolves when it is gone. {@link ExecutorEvents.onExit} still comes. */
  end(): Promise<void>;
}

export interface ExecutorEvents {
  onMessage(message: FromExecutor): void;
  /** Once: it is gone. Cause in words, without a full stop: "it ran out of memory (limit 64 MB)". */
  onExit(cause: string): void;
}
