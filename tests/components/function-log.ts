/** What ran, by the server's own log. That is in memory: whoever kills the server keeps what it says before. */
import { ADMIN_KEY, type TestServer } from "../harness.js";

interface LoggedExecution {
  readonly kind: string;
  readonly identifier: string;
  readonly componentPath: string | null;
  readonly error: string | null;
  readonly logLines: readonly { readonly messages: readonly string[] }[];
}

export class FunctionLog {
  readonly #kept: LoggedExecution[] = [];

  constructor(private readonly server: TestServer) {}

  /** Before the server is killed. */
  async keep(): Promise<void> {
    this.#kept.push(...(await this.#read()));
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
    const all = [...this.#kept, ...(await this.#read())];
    return all.flatMap(({ logLines }) => logLines.flatMap(({ messages }) => messages)).filter((message) => message.includes(text)).length;
  }

  async #errorsOf(identifier: string, componentPath: string | null): Promise<(string | null)[]> {
    const all = [...this.#kept, ...(await this.#read())];
    return all.filter((execution) => execution.kind === "Completion" && execution.identifier === identifier && execution.componentPath === componentPath).map(({ error }) => error);
  }

  async #read(): Promise<LoggedExecution[]> {
    const response = await fetch(`${this.server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    return ((await response.json()) as { entries: LoggedExecution[] }).entries;
  }
}
