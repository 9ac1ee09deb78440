/** `rivulet keys`: admin keys of a data folder. A server that runs on the folder heeds changes at once. */
import { existsSync } from "node:fs";
import { AdminKeyError, AdminKeys } from "../server/admin-keys.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import type { Io } from "./io.js";

/** The key alone on the output, for scripts; advice on the error stream. */
export function createKey(name: string, flags: SettingFlags, io: Io): void {
  const { dataFolder } = readSettings(flags, io.environment);
  const key = AdminKeys.open(dataFolder).create(name);
  io.out(key);
  io.err("This key is shown only now. Give it to the convex command line as CONVEX_SELF_HOSTED_ADMIN_KEY, in quotes.");
}

export function listKeys(flags: SettingFlags, io: Io): void {
  const keys = openExisting(flags, io).list();
  if (keys.length === 0) io.err("There are no admin keys. Make one with: rivulet keys create");
  for (const { name, createdAt, revokedAt } of keys) {
    io.out(`${name}  made ${createdAt}${revokedAt === undefined ? "" : `  revoked ${revokedAt}`}`);
  }
}

export function revokeKey(name: string, flags: SettingFlags, io: Io): void {
  openExisting(flags, io).revoke(name);
  io.err(`The admin key "${name}" is no longer valid.`);
}

function openExisting(flags: SettingFlags, io: Io): AdminKeys {
  const { dataFolder } = readSettings(flags, io.environment);
  if (!existsSync(dataFolder)) throw new AdminKeyError(`There is no data folder ${dataFolder}. Name the folder of the server with --data.`);
  return AdminKeys.open(dataFolder);
}
