/**
 * The memory that a server keeps when the garbage of all its threads has been collected. V8 lets the old generation grow for minutes
 * before it collects it, so what a process has at rest tells little of what it holds on to. Collecting is asked for by the inspector,
 * which a server has that was started with {@link INSPECTED} or {@link INSPECTED_FLAG}.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { settledMemory, type ResidentBytes } from "./settled-memory.js";

/** For the server's node: a port of the inspector's own choice, which it writes to the error stream. */
export const INSPECTED_FLAG = "--inspect=127.0.0.1:0";
export const INSPECTED = { NODE_OPTIONS: INSPECTED_FLAG } as const;

const LISTENING = /^Debugger listening on (ws:\S+)$/m;
/** All that the inspector writes of itself. */
const NOTICES = /^(?:Debugger (?:listening|attached|ending)|For help, see: |Waiting for the debugger).*\n?/gm;

interface Inspected {
  readonly pid: number;
  readonly stderr: string;
}

export async function collectedMemory({ pid, stderr }: Inspected): Promise<ResidentBytes> {
  const url = LISTENING.exec(stderr)?.[1];
  if (url === undefined) throw new Error("The server has no inspector. Start it with the environment INSPECTED.");
  await collectGarbage(url);
  return await settledMemory(pid);
}

export function withoutNotices(stderr: string): string {
  return stderr.replace(NOTICES, "");
}

async function collectGarbage(url: string): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  try {
    const inspector = new Inspector(socket);
    await inspector.send("NodeWorker.enable", { waitForDebuggerOnStart: false });
    await inspector.send("HeapProfiler.collectGarbage");
    for (const worker of inspector.workers) await inspector.sendTo(worker, "HeapProfiler.collectGarbage");
  } finally {
    const closed = once(socket, "close");
    socket.close();
    await closed;
  }
}

/** What the inspector sends: an answer, or an event. */
interface Message {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly message: string };
}

/** The inspector's protocol (https://chromedevtools.github.io/devtools-protocol, and Node's NodeWorker): threads are spoken to through the process's socket. */
class Inspector {
  /** Sessions of the threads, of which it is told before NodeWorker.enable is answered. Threads may end meanwhile. */
  readonly workers = new Set<string>();
  readonly #waiting = new Map<number, (answer: Message) => void>();
  /** Of the calls to threads, which need no other answer when their thread ends. */
  readonly #callOf = new Map<string, number>();
  #lastId = 0;

  constructor(private readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString("utf8")) as Message));
    socket.on("close", () => {
      for (const answer of this.#waiting.values()) answer({ error: { message: "its process ended" } });
    });
  }

  async send(method: string, params: object = {}): Promise<void> {
    const id = ++this.#lastId;
    await this.#call(id, { id, method, params }, method);
  }

  /** Resolves also when the thread ends. */
  async sendTo(sessionId: string, method: string): Promise<void> {
    const id = ++this.#lastId;
    this.#callOf.set(sessionId, id);
    const message = JSON.stringify({ id, method });
    await this.#call(id, { id: ++this.#lastId, method: "NodeWorker.sendMessageToWorker", params: { sessionId, message } }, method);
  }

  async #call(id: number, request: object, method: string): Promise<void> {
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(JSON.stringify(request));
    const { error } = await answered;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`The inspector refused ${method}: ${error.message}`);
  }

  #receive(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) this.#waiting.get(id)?.(message);
    else if (method === "NodeWorker.attachedToWorker") this.workers.add(params!.sessionId);
    else if (method === "NodeWorker.receivedMessageFromWorker") this.#receive(JSON.parse(params!.message) as Message);
    else if (method === "NodeWorker.detachedFromWorker") this.#ended(params!.sessionId);
  }

  #ended(sessionId: string): void {
    this.workers.delete(sessionId);
    const id = this.#callOf.get(sessionId);
    if (id !== undefined) this.#waiting.get(id)?.({});
  }
}
