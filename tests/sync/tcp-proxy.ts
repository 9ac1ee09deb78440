/**
 * A wire between client and server that can be cut, and made deaf in either direction, at a chosen moment.
 *
 *     client ──▶ proxy ──▶ server
 *            ◀──       ◀──
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export type Direction = "toServer" | "toClient";

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #deaf = new Set<Direction>();
  #accepting = true;
  /** Connections made so far. */
  connections = 0;

  private constructor(private readonly target: URL) {
    this.#server = createServer((client) => this.#join(client));
  }

  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bytes in this direction are lost from now on, as on a network that has gone away without a word. */
  lose(direction: Direction): void {
    this.#deaf.add(direction);
  }

  /** Ends all connections without a closing handshake; later ones work. */
  cut(): void {
    this.#deaf.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** While refusing, every attempt to connect fails. */
  set accepting(accepting: boolean) {
    this.#accepting = accepting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket): void {
    if (!this.#accepting) {
      client.destroy();
      return;
    }
    this.connections++;
    const server = connect(Number(this.target.port), this.target.hostname);
    this.#forward(client, server, "toServer");
    this.#forward(server, client, "toClient");
  }

  #forward(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      if (!this.#deaf.has(direction)) to.write(bytes);
    });
    from.on("error", () => undefined); // "close" follows
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
