/** Serves pages out of memory, as a static host would. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** By path. Scripts are those that end in `.js`. */
  readonly files: Map<string, string>;
}

export async function servePages(): Promise<PageServer> {
  const files = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const text = files.get(path);
    if (text === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "Content-Type": path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8" }).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
