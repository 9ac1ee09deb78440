/** Figures of the server's `/metrics`. */
import { ADMIN_KEY } from "../../tests/harness.js";

export async function serverFigure(url: string, name: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
  const text = await response.text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`The server's /metrics has no ${name}.`);
  return Number(line.slice(name.length + 1));
}

/** How often live queries ran since the server started. */
export function liveQueryRuns(url: string): Promise<number> {
  return serverFigure(url, "rivulet_engine_live_query_runs_total");
}
