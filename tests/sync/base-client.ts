/** The low-level client of the public package, which shows transitions as they arrive. */
import { BaseConvexClient, type BaseConvexClientOptions } from "convex/browser";
import { WebSocket } from "ws";
import type { TestServer } from "../harness.js";

export type WebSocketConstructor = NonNullable<BaseConvexClientOptions["webSocketConstructor"]>;

/** Node 20 has no global one. */
export const NODE_WEB_SOCKET = WebSocket as unknown as WebSocketConstructor;

export function baseClient(server: TestServer, onTransition: () => void = () => undefined, url = server.url): BaseConvexClient {
  return server.adopt(new BaseConvexClient(url, onTransition, { logger: false, webSocketConstructor: NODE_WEB_SOCKET }));
}

/** Part of every client, but left out of the published types. */
interface AdminClient {
  setAdminAuth(adminKey: string, identity?: Readonly<Record<string, unknown>>): void;
}

export function authenticateAsAdmin(client: object, adminKey: string, identity?: Readonly<Record<string, unknown>>): void {
  (client as AdminClient).setAdminAuth(adminKey, identity);
}
