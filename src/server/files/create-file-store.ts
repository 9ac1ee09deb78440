/** Chooses the store by the settings: a bucket where one is named, the data folder otherwise. */
import { join } from "node:path";
import { FILES_FOLDER } from "../../storage/folder.js";
import { SettingsError, type Settings } from "../settings.js";
import type { FileStore } from "./file-store.js";
import { LocalFileStore } from "./local-file-store.js";
import type { S3Credentials } from "./s3-client.js";

export type FileStoreSettings = Pick<Settings, "dataFolder" | "s3Bucket" | "s3Endpoint" | "s3Region" | "s3Prefix">;

/** `space` is asked for when it is first needed. Throws SettingsError. */
export async function createFileStore(settings: FileStoreSettings, credentials: S3Credentials | null, space: () => Promise<string>): Promise<FileStore> {
  const { s3Bucket: bucket, s3Endpoint: endpoint, s3Region: region, s3Prefix: prefix } = settings;
  if (bucket === null) return new LocalFileStore(join(settings.dataFolder, FILES_FOLDER));
  if (credentials === null) {
    throw new SettingsError("--s3-bucket needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or RIVULET_S3_ACCESS_KEY_ID and RIVULET_S3_SECRET_ACCESS_KEY.");
  }
  // Only servers that need it load the library.
  const [{ S3Client }, { S3FileStore }] = await Promise.all([import("./s3-client.js"), import("./s3-file-store.js")]);
  return new S3FileStore({ client: new S3Client({ bucket, endpoint, region, credentials }), prefix, space });
}

/** Not settings: a flag would show them to everybody on the machine. Null where they are not given. */
export function readS3Credentials(environment: NodeJS.ProcessEnv): S3Credentials | null {
  const accessKeyId = environment["RIVULET_S3_ACCESS_KEY_ID"] || environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["RIVULET_S3_SECRET_ACCESS_KEY"] || environment["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = environment["RIVULET_S3_SESSION_TOKEN"] || environment["AWS_SESSION_TOKEN"];
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
