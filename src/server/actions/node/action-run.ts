/**
 * One run of an action in a process of Node. All that happens on its behalf, however late, finds it through the async
 * context: its lines, its questions and its failures are its own, and come to nothing when it has ended.
 */
import type { FromExecutor } from "../../../functions/actions/executor-messages.js";
import { LineQuota } from "../../../functions/actions/line-quota.js";
import { operationName, unawaitedWarning } from "../../../functions/actions/unawaited.js";
import { formatLogLine, PlainText } from "../../../functions/sandbox/console.js";
import { isErrorLike } from "../../../functions/sandbox/errors.js";
import { SandboxConsole } from "../../../functions/sandbox/sandbox-console.js";
import type { DeveloperStacks } from "./developer-stacks.js";

export interface ActionRunOptions {
  readonly post: (message: FromExecutor) => void;
  readonly stacks: DeveloperStacks;
}

export class ActionRun {
  readonly console = new SandboxConsole((level, args) => this.#print(formatLogLine(level, args.map((arg) => this.#printable(arg)))), () => performance.now());
  readonly #options: ActionRunOptions;
  /** Operations that are on their way, by when they began. */
  readonly #unfinished = new Map<number, string>();
  #started = 0;
  readonly #quota = new LineQuota();
  /** Null while its outcome is not open. */
  #fail: ((error: unknown) => void) | null = null;
  #isOver = false;

  constructor(options: ActionRunOptions) {
    this.#options = options;
  }

  /** Settles as the action does, or with the first error that nothing in it caught. */
  async outcome(action: () => Promise<string>): Promise<string> {
    try {
      return await new Promise((resolve, reject) => {
        this.#fail = reject;
        action().then(resolve, reject);
      });
    } finally {
      this.#fail = null;
    }
  }

  /** An error that nothing in the action caught. */
  fail(error: unknown): void {
    if (this.#fail !== null) this.#fail(error);
    else this.#print(formatLogLine("ERROR", [new PlainText(this.#options.stacks.describe(error).message)]));
  }

  /** Counts an operation until it settles. */
  async track<T>(op: string, begin: () => Promise<T>): Promise<T> {
    if (this.#isOver) throw new Error(`The action has ended: ${op} can't be called any more. Await everything that an action begins.`);
    const id = ++this.#started;
    this.#unfinished.set(id, operationName(op));
    try {
      return await begin();
    } finally {
      this.#unfinished.delete(id);
    }
  }

  /** Nothing of it is heard any more. Returns the operations that nobody waited for. */
  end(): readonly string[] {
    const unfinished = [...this.#unfinished.values()];
    if (unfinished.length > 0) this.#print(formatLogLine("WARN", [new PlainText(unawaitedWarning(unfinished))]));
    if (this.#quota.withheld > 0) this.#options.post({ type: "withheld", lines: this.#quota.withheld });
    this.#isOver = true;
    return unfinished;
  }

  #print(line: string): void {
    if (!this.#isOver && this.#quota.admit(line)) this.#options.post({ type: "log", lines: [line] });
  }

  #printable(value: unknown): unknown {
    return isErrorLike(value) ? new PlainText(this.#options.stacks.mapStack(value)) : value;
  }
}
