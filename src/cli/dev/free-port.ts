/** Finds a port for a development server: the one it had last time, or the next that nobody listens on. */
import { createServer } from "node:net";

const PORTS_TRIED_MAX = 100;

export async function freePort(host: string, preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TRIED_MAX && port <= 65_535; port++) {
    if (await isFree(host, port)) return port;
  }
  throw new Error(`Ports ${preferred} to ${preferred + PORTS_TRIED_MAX - 1} are all in use. Choose one with --port.`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
