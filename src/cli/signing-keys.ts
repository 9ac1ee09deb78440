/** `rivulet signing-keys`: the keys of a data folder by which its deployment signs tokens. A server that runs on it heeds changes at once. */
import { existsSync } from "node:fs";
import { SigningKeyError, SigningKeys } from "../server/auth/signing-keys.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import type { Io } from "./io.js";

export function listSigningKeys(flags: SettingFlags, io: Io): void {
  const keys = openExisting(flags, io).list();
  if (keys.length === 0) io.err("There are no signing keys yet: the server makes the first when it starts.");
  for (const { kid, createdAt, retiredAt } of keys) io.out(`${kid}  made ${createdAt}${retiredAt === null ? "" : `  replaced ${retiredAt}`}`);
}

/** The new key's name alone on the output. */
export function rotateSigningKeys(options: { readonly revoke: boolean }, flags: SettingFlags, io: Io): void {
  io.out(openExisting(flags, io).rotate(options));
  io.err(options.revoke ? "Tokens that were signed before are not accepted any more, as soon as those who verify them fetch the keys again." : "Tokens that were signed before stay valid until they end.");
}

function openExisting(flags: SettingFlags, io: Io): SigningKeys {
  const { dataFolder } = readSettings(flags, io.environment);
  if (!existsSync(dataFolder)) throw new SigningKeyError(`There is no data folder ${dataFolder}. Name the folder of the server with --data.`);
  return new SigningKeys(dataFolder);
}
