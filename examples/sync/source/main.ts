/** `npm run source`: serves boards that change by themselves, as if people were at work on them. */
import { parseArgs } from "node:util";
import { createSource } from "./server.js";
import { World } from "./world.js";

const HELP = `The system that has the boards: npm run source -- [options]

Options:
  --port N       port on 127.0.0.1 (default 4300)
  --boards N     how many boards there are (default 12)
  --changes N    changes per minute, over all boards (default 40)
  --latency N    milliseconds that each answer takes (default 400)
  --help         this text
`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4300" },
    boards: { type: "string", default: "12" },
    changes: { type: "string", default: "40" },
    latency: { type: "string", default: "400" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  const world = new World(wholeNumber("boards", values.boards, 1, 1_000));
  setInterval(() => world.changeAny(), 60_000 / wholeNumber("changes", values.changes, 1, 6_000));
  serve(world, wholeNumber("port", values.port, 1, 65_535), wholeNumber("latency", values.latency, 0, 60_000));
}

function serve(world: World, port: number, latencyMs: number): void {
  const address = `http://127.0.0.1:${port}`;
  const server = createSource(world, () => new Promise((ready) => setTimeout(ready, latencyMs)));
  server.once("error", (error) => {
    console.error(`The source could not listen on ${address}: ${error.message}. Choose another port with --port.`);
    process.exit(1);
  });
  server.listen(port, "127.0.0.1", () => {
    console.log(`The source is ready at ${address}

Tell the deployment where it is:
  npx convex env set SOURCE_URL ${address}`);
  });
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${flag} must be a whole number from ${min} to ${max}, not "${text}".`);
}
