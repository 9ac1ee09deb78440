/** What the servers that forked-server.ts starts have in common: they listen, tell their parent the port, and end with it. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** `close` is what must be done before the process ends. */
export function listenForParent(server: Server, close: () => void | Promise<void> = () => {}): void {
  const end = () => void Promise.resolve(close()).finally(() => process.exit(0));
  process.once("disconnect", end);
  server.listen(0, "127.0.0.1", () => {
    // The parent may have ended before anybody listened for that.
    if (process.connected) process.send!((server.address() as AddressInfo).port);
    else end();
  });
  // The terminal interrupts all of its processes; the parent then ends this one in its turn.
  process.on("SIGINT", () => {});
}
