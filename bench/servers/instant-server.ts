/** Starts the server that answers at once (instant.ts). */
import { forkServer, type ForkedServer } from "./forked-server.js";

export function startInstantServer(): Promise<ForkedServer> {
  return forkServer(new URL("./instant.ts", import.meta.url));
}
