/** What the generator reaches against a server that answers at once: no figure of a transfer can be above it. */
import { startInstantServer } from "../servers/instant-server.js";
import type { Job } from "../load/job.js";
import type { LoopTimes } from "../load/closed-loop.js";
import { rowOf } from "../report.js";
import type { Part } from "./part.js";
import { CEILING_PLAN, HTTP_CONNECTIONS, IN_FLIGHT, ONE_SOCKET_IN_FLIGHT, SOCKETS } from "./transfer.js";

interface Target extends LoopTimes {
  readonly url: string;
  readonly serverPid: number;
}

export const CEILING_PARTS: readonly Part[] = [
  ceiling("ceiling.http", `an HTTP server that answers at once, ${HTTP_CONNECTIONS} connections`, (target) => ({ kind: "http", ...target, connections: HTTP_CONNECTIONS, plan: CEILING_PLAN })),
  ceiling("ceiling.socket1", `a socket server that echoes, one socket × ${ONE_SOCKET_IN_FLIGHT} in flight`, (target) => ({ kind: "sockets", ...target, sockets: 1, inFlight: ONE_SOCKET_IN_FLIGHT, plan: CEILING_PLAN })),
  ceiling(`ceiling.sockets${SOCKETS}`, `a socket server that echoes, ${SOCKETS} sockets × ${IN_FLIGHT} in flight`, (target) => ({ kind: "sockets", ...target, sockets: SOCKETS, inFlight: IN_FLIGHT, plan: CEILING_PLAN })),
];

function ceiling(name: string, about: string, jobFor: (target: Target) => Job): Part {
  return {
    name,
    about,
    run: async (bench) => {
      await using server = await startInstantServer();
      return rowOf(name, await bench.run(name, jobFor({ ...bench.times, url: server.url, serverPid: server.pid })));
    },
  };
}
