/**
 * Installs the packages that an app keeps out of its bundles (`externalPackages` in convex.json) with the npm that came
 * with this Node. Their install scripts run: many packages build or fetch their binary so, and whoever pushes the code
 * runs it on this machine anyway.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withDeadline } from "../../deadline.js";
import { childEnvironment, type Environment } from "./child-environment.js";
import { HAS_GROUPS, killGroup } from "./process-group.js";

export interface NodePackage {
  readonly name: string;
  /** Exact: the CLI sends what the developer has installed. */
  readonly version: string;
}

/** The message is for the developer who pushes. */
export class PackageInstallError extends Error {
  override readonly name = "PackageInstallError";
}

export const PACKAGES_MAX = 500;
const NAME = /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i;
const NAME_LENGTH_MAX = 214;
/** A version, never a range, a tag or an address. */
const VERSION = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
const VERSION_LENGTH_MAX = 256;
/** Below what the CLI waits for an answer. */
const INSTALL_MS_MAX = 4 * 60_000;
const OUTPUT_CHARS_MAX = 32 * 1024;
const OUTPUT_LINES_SHOWN = 12;
const ARGUMENTS = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--no-progress", "--no-update-notifier", "--ignore-scripts=false", "--loglevel=error"];

/** Throws {@link PackageInstallError} for what is no package of a registry. */
export function checkPackages(packages: readonly NodePackage[]): void {
  if (packages.length > PACKAGES_MAX) throw new PackageInstallError(`There are ${packages.length} external packages, and at most ${PACKAGES_MAX} are allowed. List only those that can't be bundled in "externalPackages" of convex.json.`);
  for (const { name, version } of packages) {
    if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) throw new PackageInstallError(`"${name.slice(0, NAME_LENGTH_MAX)}" is not the name of an npm package. Correct "externalPackages" in convex.json.`);
    if (!VERSION.test(version) || version.length > VERSION_LENGTH_MAX) {
      throw new PackageInstallError(`The external package ${name} has the version "${version.slice(0, VERSION_LENGTH_MAX)}", which is not an exact one such as 1.2.3. Install it from the npm registry, or take it out of "externalPackages" in convex.json to have it bundled.`);
    }
  }
}

/** Into `folder`, which is made. Throws {@link PackageInstallError}; then the folder is to be thrown away. */
export async function installPackages(packages: readonly NodePackage[], folder: string, cacheFolder: string, stop: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "external-packages", private: true, dependencies }));
  const result = await withDeadline(INSTALL_MS_MAX, stop, (signal) => runNpm([...ARGUMENTS, "--cache", cacheFolder], folder, signal));
  if (stop.aborted) throw new PackageInstallError(`The server was shut down while it installed ${describe(packages)}.`);
  if (result.isStopped) throw new PackageInstallError(`${describe(packages)} could not be installed within ${INSTALL_MS_MAX / 1000} s. Does the server reach the npm registry? Push again, or bundle packages by taking them out of "externalPackages" in convex.json.`);
  if (result.code !== 0) throw new PackageInstallError(`${describe(packages)} could not be installed on the server:\n${shown(result.output)}`);
}

interface NpmResult {
  readonly code: number | null;
  readonly output: string;
  readonly isStopped: boolean;
}

function runNpm(args: readonly string[], folder: string, stop: AbortSignal): Promise<NpmResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [npmScript(), ...args], { cwd: folder, env: npmEnvironment(process.env), stdio: ["ignore", "pipe", "pipe"], detached: HAS_GROUPS });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-OUTPUT_CHARS_MAX)));
    const kill = (): void => killGroup(child);
    stop.addEventListener("abort", kill, { once: true });
    child.once("error", (error) => reject(new PackageInstallError(`npm could not be started on the server: ${error.message}`)));
    child.once("close", (code) => {
      stop.removeEventListener("abort", kill);
      resolve({ code, output, isStopped: stop.aborted });
    });
  });
}

/** npm is told where its registry is by variables of its own too. */
function npmEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const settings = Object.entries(environment).filter((entry): entry is [string, string] => /^npm_config_/i.test(entry[0]) && entry[1] !== undefined);
  // Not "production", with which npm leaves out what it takes for development only.
  const { NODE_ENV: _, ...visible } = childEnvironment(environment);
  return { ...visible, ...Object.fromEntries(settings) };
}

/** Beside the Node that runs, where its installers put it; otherwise in a folder of PATH. */
function npmScript(): string {
  const beside = [join(dirname(process.execPath), "..", "lib"), dirname(process.execPath)];
  const onPath = (process.env["PATH"] ?? "").split(process.platform === "win32" ? ";" : ":").flatMap((folder) => [join(folder, "..", "lib"), join(folder, "..", "share"), folder]);
  const found = [...beside, ...onPath].map((folder) => join(folder, "node_modules", "npm", "bin", "npm-cli.js")).find(existsSync);
  if (found === undefined) throw new PackageInstallError(`External packages need npm on the server, and there is none beside ${process.execPath}. Install npm there, or bundle all packages by removing "externalPackages" from convex.json.`);
  return found;
}

function describe(packages: readonly NodePackage[]): string {
  const [first, ...rest] = packages.map(({ name, version }) => `${name}@${version}`);
  return rest.length === 0 ? `The external package ${first}` : `The external packages ${[first, ...rest].slice(0, 20).join(", ")}${packages.length > 20 ? ", …" : ""}`;
}

function shown(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/complete log of this run/.test(line) && !/debug-\d+\.log/.test(line) && !/npm warn/i.test(line));
  return lines.slice(0, OUTPUT_LINES_SHOWN).join("\n");
}
