/** Questions of an action that are on their way to the engine, and the promises that wait for the answers. */
import type { FromExecutor, SyscallReply } from "./executor-messages.js";

/** As the `convex` package expects a failed syscall: an Error, with `data` where it was a ConvexError. */
interface SyscallError extends Error {
  data?: unknown;
}

interface Pending {
  readonly resolve: (value: string) => void;
  readonly reject: (error: SyscallError) => void;
}

export class SyscallChannel {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(private readonly post: (message: FromExecutor) => void) {}

  /** Resolves with JSON text. */
  call(op: string, args: string): Promise<string> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.post({ type: "syscall", id, op, args });
    });
  }

  settle(id: number, reply: SyscallReply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return; // its action has ended
    this.#pending.delete(id);
    if (reply.ok) pending.resolve(reply.value);
    else pending.reject(errorOf(reply.failure));
  }

  /** The action has ended: answers that are still to come interest nobody. */
  forget(): void {
    this.#pending.clear();
  }
}

function errorOf({ message, data }: { readonly message: string; readonly data: string | null }): SyscallError {
  const error: SyscallError = new Error(message);
  if (data !== null) error.data = JSON.parse(data);
  return error;
}
