/** Where imports and exports have their files, within the data folder. */
import { join } from "node:path";
import { TRANSFERS_FOLDER } from "../../storage/folder.js";
import { UploadFolder } from "./upload-folder.js";

export function uploadFolder(dataFolder: string, bytesMax: number): UploadFolder {
  return new UploadFolder(join(dataFolder, TRANSFERS_FOLDER, "uploads"), bytesMax);
}

export function exportsFolder(dataFolder: string): string {
  return join(dataFolder, TRANSFERS_FOLDER, "exports");
}

export function exportPath(dataFolder: string, exportId: string): string {
  return join(exportsFolder(dataFolder), `${exportId}.zip`);
}
