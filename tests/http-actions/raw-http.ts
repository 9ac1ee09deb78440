/** HTTP by hand, for what `fetch` hides or can't send: one connection, bytes as they are written and as they come. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { until } from "../harness.js";

/** The newest is kept. */
const RECEIVED_CHARS_MAX = 1024 * 1024;

export class RawConnection implements AsyncDisposable {
  #received = "";
  #isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (this.#received = (this.#received + text).slice(-RECEIVED_CHARS_MAX)));
    socket.on("close", () => (this.#isClosed = true));
    socket.on("error", () => undefined); // "close" follows
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  get received(): string {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lines of a head; what follows as it is. */
  send(lines: readonly string[], body = ""): void {
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
  }

  /** Resolves with all that was received, when it contains the text. */
  async receive(text: string): Promise<string> {
    await until(() => this.#received.includes(text) || this.#isClosed, `"${text}" in an answer`);
    if (!this.#received.includes(text)) throw new Error(`The connection was closed after:\n${this.#received}`);
    return this.#received;
  }

  async closed(): Promise<string> {
    await until(() => this.#isClosed, "the connection to be closed");
    return this.#received;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    return Promise.resolve();
  }
}
