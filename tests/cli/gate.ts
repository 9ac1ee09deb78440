/** A place outside of the deployment that functions wait at: a URL that answers when the test lets it. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class Gate implements AsyncDisposable {
  readonly #waiting: ServerResponse[] = [];
  readonly #server = createServer((_incoming, outgoing) => void this.#waiting.push(outgoing));

  static async open(): Promise<Gate> {
    const gate = new Gate();
    gate.#server.listen(0, "127.0.0.1");
    await once(gate.#server, "listening");
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  letGo(): void {
    for (const outgoing of this.#waiting.splice(0)) outgoing.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
