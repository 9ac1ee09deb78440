/** Many watch one query over many rows that change all the time. */
import { openBoard } from "../bench-data.js";
import { rowOf, type More } from "../report.js";
import type { Part } from "./part.js";

const SUBSCRIBERS = 200;
const ROWS = 200;
const WRITES_PER_SECOND = 50;

export const DASHBOARD_PARTS: readonly Part[] = [
  {
    name: "dashboard",
    about: `${SUBSCRIBERS} sockets watch a query over ${ROWS} rows, of which one changes ${WRITES_PER_SECOND} times a second: from a write to the last of them`,
    run: async (bench) => {
      const server = await bench.server();
      const { board, rows } = await openBoard(server.url, ROWS);
      const measurement = await bench.run("dashboard", {
        kind: "dashboard",
        ...bench.times,
        url: server.url,
        serverPid: server.pid,
        subscribers: SUBSCRIBERS,
        writesPerSecond: WRITES_PER_SECOND,
        query: { udfPath: "boards:show", args: { board } },
        write: "boards:write",
        rows,
      });
      const { server: cpu, seconds, executionsPerWrite } = measurement;
      const more: More = { executionsPerWrite, ...(cpu === null ? {} : { serverCpuPercent: cpu.processMicros / seconds / 1e4 }) };
      return rowOf("dashboard", measurement, more);
    },
  },
];
