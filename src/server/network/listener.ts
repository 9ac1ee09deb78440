/** A listening HTTP server whose requests wait until there is something to answer them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RequestHandler } from "./http-server.js";

/** Longer than the idle time of common proxies, so that they end connections and not we, between two requests. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS_MAX = 70_000;
/** A large file may take hours; whoever reads a body bounds its time (body.ts, storage-api.ts). */
const NO_LIMIT = 0;

export class Listener {
  private constructor(private readonly server: Server) {}

  /**
   * Listens at once; requests that come before `handler` resolves are answered after it. `portFlag` names the setting in
   * errors.
   */
  static async open(host: string, port: number, portFlag: string, handler: Promise<RequestHandler>): Promise<Listener> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS_MAX, requestTimeout: NO_LIMIT });
    let ready: RequestHandler | null = null;
    const whenReady = (action: (handler: RequestHandler) => void): void => {
      if (ready === null) void handler.then(action);
      else action(ready);
    };
    void handler.then((made) => (ready = made));
    server.on("request", (incoming, outgoing) => whenReady(({ onRequest }) => onRequest(incoming, outgoing)));
    server.on("upgrade", (incoming, stream, head) => {
      stream.on("error", () => {}); // the peer is gone; "close" follows
      whenReady(({ onUpgrade }) => onUpgrade(incoming, stream, head));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(new Error(describe(error, host, port, portFlag), { cause: error })));
      server.listen(port, host, resolve);
    });
    return new Listener(server);
  }

  /** The port that is listened on, also where 0 was asked for. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** No new connections; requests in progress go on. */
  stopAccepting(): void {
    this.server.close();
  }

  /** After `stopAccepting`: ends connections as they become idle, and all that are left after `graceMs`. */
  async finish(graceMs: number): Promise<void> {
    this.server.closeIdleConnections();
    await Promise.race([new Promise((resolve) => this.server.once("close", resolve)), setTimeout(graceMs, undefined, { ref: false })]);
    this.server.closeAllConnections();
  }
}

function describe(error: NodeJS.ErrnoException, host: string, port: number, portFlag: string): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is in use by another program. Stop it, or choose another port with ${portFlag}.`;
    case "EACCES":
      return `This user may not listen on port ${port}. Choose a port above 1023 with ${portFlag}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine. Choose another with --host.`;
    default:
      return `Cannot listen on port ${port} of ${host}: ${error.message}.`;
  }
}
