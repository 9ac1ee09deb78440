/** Many short commands of the public CLI in one process of it: most of a command's time is its start. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { ADMIN_KEY, type CommandResult, type TestServer } from "../harness.js";

/** One after another, in an app's folder. None may end by an error that nobody catches: the rest would not run. */
export async function convexCommands(server: TestServer, folder: string, commands: readonly (readonly string[])[]): Promise<CommandResult[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "convex-commands.mjs"), JSON.stringify(commands)], {
    cwd: folder,
    env: { ...process.env, CI: "1", HOME: folder, CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const [text, errors] = [child.stdio[3] as Readable, child.stderr!].map(collect);
  await once(child, "close");
  if (text!() === "") throw new Error(`The commands did not come to their end: ${errors!()}`);
  return (JSON.parse(text!()) as CommandResult[]).map(({ code, output }) => ({ code, output: stripVTControlCharacters(output) }));
}

function collect(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  return () => text;
}
