/**
 * What a test deployment has of a network: a port of this machine for its HTTP actions and for the bytes of its files, answered by the
 * same code as a server's. Whoever calls as somebody has a token that is good here alone.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Credentials, EngineCall, EngineReply } from "../server/engine-messages.js";
import type { FileKey } from "../server/files/file-messages.js";
import { LocalFileStore } from "../server/files/local-file-store.js";
import type { Logger } from "../server/network/logger.js";
import { SiteRouter } from "../server/network/site-router.js";
import { STORAGE_PREFIX, StorageApi } from "../server/network/storage-api.js";
import { newRequestId } from "../server/request-id.js";
import { DEFAULTS } from "./test-settings.js";

const TOKEN_BYTES = 16;

const log: Logger = {
  log: (level, message, fields) => {
    if (level === "error") process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  },
};

export class TestSite implements AsyncDisposable {
  readonly #claims = new Map<string, Readonly<Record<string, unknown>>>();
  #files: { readonly store: LocalFileStore; readonly api: StorageApi } | null = null;
  #router: SiteRouter | null = null;

  private constructor(private readonly server: Server) {
    server.on("request", (incoming, outgoing) => void this.#answer(incoming, outgoing));
  }

  static async open(): Promise<TestSite> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // A deployment that a test forgot keeps no process alive.
    server.unref();
    return new TestSite(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Once, before the first request. `filesFolder` is made when the first file comes. */
  connect(call: (call: EngineCall) => Promise<EngineReply>, filesFolder: string): void {
    const engine = { call: (next: EngineCall) => call(this.#known(next)) };
    const store = new LocalFileStore(filesFolder);
    this.#files = { store, api: new StorageApi({ engine, store, bytesMax: DEFAULTS.fileBytesMax, onSent: () => undefined, log }) };
    this.#router = new SiteRouter({ engine, bodyBytesMax: DEFAULTS.httpBodyBytesMax, idleMsMax: DEFAULTS.httpIdleMsMax, origin: null, log });
  }

  /** For the header of a request of this user. */
  tokenFor(claims: Readonly<Record<string, unknown>>): string {
    const token = randomBytes(TOKEN_BYTES).toString("hex");
    this.#claims.set(token, claims);
    return token;
  }

  /** Their documents are gone. */
  removeFiles(keys: readonly FileKey[]): void {
    for (const key of keys) void this.#files?.store.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname } = new URL(incoming.url ?? "/", this.origin);
    if (pathname.startsWith(STORAGE_PREFIX)) await this.#files!.api.answer(incoming, outgoing, pathname);
    else await this.#router!.answer(incoming, outgoing, { pathname, requestId: newRequestId(), unrouted: null });
  }

  /** Tokens that are not ours are refused as a deployment refuses them. */
  #known(call: EngineCall): EngineCall {
    if (call.kind !== "httpAction" || call.credentials.type !== "user") return call;
    const claims = this.#claims.get(call.credentials.token);
    const credentials: Credentials = claims === undefined ? call.credentials : { type: "admin", keyName: "test", actingAs: claims };
    return { ...call, credentials };
  }
}
