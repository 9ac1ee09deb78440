/** The built engine (`dist`), as the server runs it, in this process, on the data folder that a server left. */
import type { FromEngine, ToEngine } from "../../src/server/engine-messages.js";
import { RUNNING_NAME_BYTES, RUNNING_SLOTS } from "../../src/server/engine-messages.js";
import type * as AdminKeysModule from "../../src/server/admin-keys.js";
import type * as EngineModule from "../../src/server/engine/engine.js";
import type * as FolderModule from "../../src/storage/folder.js";
import type * as OwnedStoreModule from "../../src/storage/owned-store.js";
import type * as SettingsModule from "../../src/server/settings.js";

export interface BuiltEngine {
  readonly inbox: Inbox;
  close(): Promise<void>;
}

export async function openBuiltEngine(dataFolder: string, post: (batch: readonly FromEngine[]) => void): Promise<BuiltEngine> {
  const folder = await openFolder(dataFolder);
  const engine = await openEngine(folder, post);
  const close = async (): Promise<void> => {
    await engine.close();
    await folder.release();
  };
  return { inbox: new Inbox((batch) => engine.receive(batch)), close };
}

/** What is sent within one turn reaches the engine as one batch in the next, as from the network thread. */
export class Inbox {
  #batch: ToEngine[] = [];

  constructor(private readonly receive: (batch: readonly ToEngine[]) => void) {}

  add(message: ToEngine): void {
    if (this.#batch.push(message) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.receive(batch);
  }
}

async function openFolder(path: string): Promise<FolderModule.DataFolder> {
  const { openDataFolder } = await built<typeof FolderModule>("storage/folder.js");
  return openDataFolder(path);
}

async function openEngine({ path: dataFolder }: FolderModule.DataFolder, post: (batch: readonly FromEngine[]) => void): Promise<EngineModule.Engine> {
  const { AdminKeys } = await built<typeof AdminKeysModule>("server/admin-keys.js");
  const { Engine } = await built<typeof EngineModule>("server/engine/engine.js");
  const { openOwnedStore } = await built<typeof OwnedStoreModule>("storage/owned-store.js");
  const { engineLimits, readSettings } = await built<typeof SettingsModule>("server/settings.js");
  const settings = readSettings({ dataFolder }, {});
  const owned = await openOwnedStore(dataFolder);
  return new Engine({
    options: {
      dataFolder,
      filesFolder: null,
      cloudOrigin: "http://127.0.0.1",
      siteOrigin: "http://127.0.0.1",
      internalOrigin: "http://127.0.0.1:0",
      instanceName: settings.instanceName,
      redactErrors: settings.redactErrors,
      limits: engineLimits(settings),
      logRetention: { ageMsMax: settings.logAgeMax, ageMsMin: settings.logAgeMin, bytesMax: settings.logBytesMax },
      running: new SharedArrayBuffer(RUNNING_SLOTS * Int32Array.BYTES_PER_ELEMENT + RUNNING_NAME_BYTES),
      poisoned: [],
    },
    ...owned,
    isStoreShared: true,
    adminKeys: AdminKeys.open(dataFolder),
    nowMs: () => performance.timeOrigin + performance.now(),
    post,
    onClosed: () => {},
  });
}

/** A module of the build, with the types of its source. */
async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as Module;
}
