/** `rivulet start`: runs a server until a signal ends it. */
import { readS3Credentials } from "../server/files/create-file-store.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import { EXIT_ENGINE_FAILED, EXIT_OK } from "./exit-codes.js";
import type { Io } from "./io.js";

export async function start(flags: SettingFlags, io: Io): Promise<number> {
  const settings = readSettings(flags, io.environment);
  const { startServer } = await import("../server/server.js");
  const server = await startServer(settings, {
    presetAdminKey: io.environment["RIVULET_ADMIN_KEY"] || undefined,
    s3Credentials: readS3Credentials(io.environment),
    ...(io.engineWorkerUrl === undefined ? {} : { engineWorkerUrl: io.engineWorkerUrl }),
  });
  io.out(`Rivulet is ready at ${server.url}`);
  const failure = await Promise.race([io.interrupted, server.failed]);
  await server.close();
  if (failure === undefined) return EXIT_OK;
  io.err(failure.message);
  return EXIT_ENGINE_FAILED;
}
