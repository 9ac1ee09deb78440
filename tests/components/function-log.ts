/** What ran, by the server's own log. A kill takes the last moment of it: whoever kills the server keeps what it says before. */
import { ADMIN_KEY, type TestServer } from "../harness.js";

interface LoggedExecution {
  readonly executionId: string;
  readonly timestamp: number;
  readonly kind: string;
  readonly identifier: string;
  readonly componentPath: string | null;
  readonly error: string | null;
  readonly logLines: readonly { readonly messages: readonly string[] }[];
}

export class FunctionLog {
  /** Once each, also where it was read before. */
  readonly #kept = new Map<string, LoggedExecution>();

  constructor(private readonly server: TestServer) {}

  /** Before the server is killed. */
  async keep(): Promise<void> {
    await this.#read();
  }

  /** How often a function of the app or of a component ended without an error. */
  async successes(identifier: string, componentPath: string | null = null): Promise<number> {
    return (await this.#errorsOf(identifier, componentPath)).filter((error) => error === null).length;
  }

  /** How often it ended with one. */
  async failures(identifier: string, componentPath: string | null = null): Promise<number> {
    return (await this.#errorsOf(identifier, componentPath)).filter((error) => error !== null).length;
  }

  /** How often functions printed something with this text in it. */
  async printed(text: string): Promise<number> {
    const all = await this.#read();
    return all.flatMap(({ logLines }) => logLines.flatMap(({ messages }) => messages)).filter((message) => message.includes(text)).length;
  }

  async #errorsOf(identifier: string, componentPath: string | null): Promise<(string | null)[]> {
    const all = await this.#read();
    return all.filter((execution) => execution.kind === "Completion" && execution.identifier === identifier && execution.componentPath === componentPath).map(({ error }) => error);
  }

  async #read(): Promise<LoggedExecution[]> {
    const response = await fetch(`${this.server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await response.json()) as { entries: LoggedExecution[] };
    for (const entry of entries) this.#kept.set(`${entry.executionId} ${entry.kind} ${entry.timestamp}`, entry);
    return [...this.#kept.values()];
  }
}
