/** For tests: actions of small bundles in a sandbox of their own, and a server on loopback for them to call. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { compile, type Files } from "../sandbox/bundle.suite.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { ActionSandbox, type ActionHost } from "./action-sandbox.js";

/** Answers syscalls from a table, and keeps what is printed. */
export class TestActionHost implements ActionHost {
  readonly lines: string[] = [];
  readonly calls: string[] = [];
  answers: Record<string, (args: unknown) => unknown> = {};

  asyncSyscall = async (op: string, args: string): Promise<string> => {
    this.calls.push(op);
    return JSON.stringify((await this.#answer(op, JSON.parse(args))) ?? null);
  };
  syscall = (op: string, args: string): string => JSON.stringify(this.#answer(op, JSON.parse(args)) ?? null);
  jsSyscall = (op: string, args: unknown): unknown => this.#answer(op, args);
  log = (line: string): void => void this.lines.push(line);

  #answer(op: string, args: unknown): unknown {
    const answer = this.answers[op];
    if (answer === undefined) throw new Error(`No operation ${op} in this test`);
    return answer(args);
  }
}

export interface ActionOutcome {
  /** JSON text of the result. */
  readonly value: string | null;
  readonly error: { readonly message: string; readonly data: string | null } | null;
  /** What was unfinished when the action had answered. */
  readonly unfinished: readonly string[];
}

export class TestActions {
  readonly host = new TestActionHost();
  readonly sandbox: ActionSandbox;

  constructor(modules: ReadonlyMap<string, ModuleCode>, environmentVariables: Readonly<Record<string, string>> = {}) {
    this.sandbox = new ActionSandbox({ modules, environmentVariables, host: this.host });
  }

  static async of(files: Files, environmentVariables?: Readonly<Record<string, string>>): Promise<TestActions> {
    return new TestActions(await compile(files), environmentVariables);
  }

  /** Runs one action from beginning to end, through the `invokeAction` of the convex package. */
  async run(path: string, name: string, args: unknown = {}): Promise<ActionOutcome> {
    this.sandbox.begin();
    let outcome: Pick<ActionOutcome, "value" | "error">;
    try {
      const action = this.sandbox.load(path)[name] as { invokeAction(requestId: string, args: string): Promise<string> };
      outcome = { value: await action.invokeAction("request", JSON.stringify([args])), error: null };
    } catch (error) {
      outcome = { value: null, error: this.sandbox.describe(error) };
    }
    await turn();
    return { ...outcome, unfinished: this.sandbox.end() };
  }

  /** The result of an action that succeeds. */
  async value(path: string, name: string, args: unknown = {}): Promise<unknown> {
    const { value, error } = await this.run(path, name, args);
    if (value === null) throw new Error(error?.message);
    return JSON.parse(value);
  }
}

/** Something that happens once. */
export class Signal {
  raise!: () => void;
  readonly raised = new Promise<void>((resolve) => (this.raise = resolve));
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A server on loopback that answers as it is told. */
export class TestServer implements AsyncDisposable {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TestServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
