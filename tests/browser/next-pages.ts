/** Builds an example's Next.js app against a deployment, and runs its server. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run } from "../harness.js";
import type { ServedPage } from "./pages.js";

const NO_TELEMETRY = { NEXT_TELEMETRY_DISABLED: "1" };

/** The build has the address of the deployment in it. */
export async function buildNext(folder: string, convexUrl: string): Promise<void> {
  const result = await run(process.execPath, [binary(folder), "build"], folder, { ...NO_TELEMETRY, NEXT_PUBLIC_CONVEX_URL: convexUrl });
  if (result.code !== 0) throw new Error(`next build in ${folder} failed:\n${result.output}`);
}

/** @param environment of the server of the pages */
export async function serveNext(folder: string, environment: Readonly<Record<string, string>>): Promise<ServedPage & { output(): string }> {
  const server = spawn(process.execPath, [binary(folder), "start", "--hostname", "127.0.0.1", "--port", "0"], { cwd: folder, env: { ...process.env, ...NO_TELEMETRY, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const url = await new Promise<string>((found, failed) => {
    const read = (text: string) => {
      output += text;
      const match = /Local:\s+(http:\/\/\S+)/.exec(output);
      if (match !== null) found(match[1]!);
    };
    server.stdout.setEncoding("utf8").on("data", read);
    server.stderr.setEncoding("utf8").on("data", read);
    server.once("exit", (code) => failed(new Error(`next start ended with code ${String(code)}:\n${output}`)));
  });
  return {
    url,
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const exited = once(server, "exit");
      // It would wait for the connections that browsers keep.
      server.kill("SIGKILL");
      await exited;
    },
  };
}

const binary = (folder: string): string => join(folder, "node_modules", "next", "dist", "bin", "next");
