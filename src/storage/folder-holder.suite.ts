/** A process that takes a data folder, says how that went on one line, and holds it until it is killed. */
import { writeSync } from "node:fs";
import { StorageError } from "./errors.js";
import { openDataFolder } from "./folder.js";

const path = process.env["FOLDER_HOLDER_PATH"];
if (path !== undefined) {
  const outcome = await openDataFolder(path).then(
    () => "held",
    (error: unknown) => (error instanceof StorageError ? error.kind : String(error)),
  );
  writeSync(1, `${outcome}\n`);
  setInterval(() => undefined, 1 << 30);
}
