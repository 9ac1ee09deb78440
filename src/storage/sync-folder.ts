import { open } from "node:fs/promises";

/** Once this has resolved, names that were made, changed or removed in the folder are so on disk: a name is durable when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
