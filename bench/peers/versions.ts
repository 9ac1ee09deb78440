/** Which peers are installed, for the head of a report. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { postgresPrograms } from "./postgres-cluster.js";

const PACKAGES = ["libsql", "pg", "parse-server"];

/** Such as "libsql 0.5.29, pg 8.23.1, postgres (PostgreSQL) 15.18". */
export function peerVersions(): string {
  const programs = postgresPrograms();
  const versions = [...PACKAGES.flatMap(packageVersion), ...(programs === null ? [] : [execFileSync(join(programs, "postgres"), ["--version"], { encoding: "utf8" }).trim()])];
  return versions.length === 0 ? "none installed" : versions.join(", ");
}

function packageVersion(name: string): string[] {
  const file = join(import.meta.dirname, "node_modules", name, "package.json");
  if (!existsSync(file)) return [];
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return [`${name} ${version}`];
}
