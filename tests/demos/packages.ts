/** The packages that apps of others import, out of those that are installed for Rivulet's own tests. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, temporaryFolder } from "../harness.js";

/** Where two hold the same package, the first one's is taken. */
const SOURCES = [join(ROOT, "node_modules"), join(ROOT, "tests", "components", "node_modules"), join(ROOT, "tests", "clients", "node_modules")];

/** A folder of links, for {@link copyApp}. The caller deletes it. */
export async function linkPackages(): Promise<string> {
  const folder = await temporaryFolder();
  for (const source of SOURCES.filter((path) => existsSync(path))) {
    for (const name of readdirSync(source)) {
      if (!name.startsWith("@")) await link(join(source, name), join(folder, name));
      else for (const scoped of readdirSync(join(source, name))) await link(join(source, name, scoped), join(folder, name, scoped));
    }
  }
  return folder;
}

async function link(target: string, path: string): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(join(path, ".."), { recursive: true });
  await symlink(target, path);
}
