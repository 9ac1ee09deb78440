/**
 * The outside system over HTTP:
 *
 *     GET /catalogue     which boards there are
 *     GET /boards/<id>   one board
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { World } from "./world.js";

/** Called with each request before it is answered; the answer waits for the promise. For tests, and to slow the source down. */
export type OnRequest = (key: string, gone: AbortSignal) => Promise<void> | void;

export function createSource(world: World, onRequest: OnRequest = () => undefined): Server {
  return createServer((request, response) => {
    const key = decodeURIComponent(new URL(request.url ?? "/", "http://source").pathname.slice(1));
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    Promise.resolve(onRequest(key, gone.signal)).then(
      () => answer(world, key, response),
      (error: unknown) => send(response, 500, { error: String(error) }),
    );
  });
}

function answer(world: World, key: string, response: ServerResponse): void {
  const board = /^boards\/(.+)$/.exec(key)?.[1];
  const found = key === "catalogue" ? world.catalogue : board === undefined ? undefined : world.board(board);
  if (found === undefined) send(response, 404, { error: `There is no ${key}.` });
  else send(response, 200, found);
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}
