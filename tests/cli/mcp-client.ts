/** Talks to a server of the Model Context Protocol over its standard input and output: one JSON message a line. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface ToolResult {
  readonly isError: boolean;
  /** What the tool says, parsed. */
  readonly value: unknown;
}

interface Message {
  readonly id: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const PROTOCOL_VERSION = "2025-06-18";

export class McpClient implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #lastId = 0;
  #stderr = "";

  private constructor(script: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "pipe"] });
    this.#process.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    createInterface({ input: this.#process.stdout! }).on("line", (line) => {
      const message = JSON.parse(line) as Message;
      this.#waiting.get(message.id)?.(message);
    });
    this.#closed = once(this.#process, "close");
    void this.#closed.then(() => this.#waiting.forEach((answer) => answer({ id: 0, error: { message: `The server ended:\n${this.#stderr}` } })));
  }

  static async start(script: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>>): Promise<McpClient> {
    const client = new McpClient(script, args, folder, environment);
    await client.request("initialize", { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: { name: "rivulet tests", version: "1" } });
    client.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return client;
  }

  async request(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ jsonrpc: "2.0", id, method, params });
    const { result, error } = await answered;
    if (result === undefined) throw new Error(error?.message ?? "no result");
    return result;
  }

  async tool(name: string, args: Readonly<Record<string, unknown>>): Promise<ToolResult> {
    const { content, isError = false } = (await this.request("tools/call", { name, arguments: args })) as { content: [{ text: string }]; isError?: boolean };
    return { isError, value: JSON.parse(content[0].text) as unknown };
  }

  #send(message: object): void {
    this.#process.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#closed;
  }
}
