/**
 * Transfers through the engine alone, in this process: sessions, function runner, database and LMDB store of a data folder
 * that a server left, without threads between, sockets or framing. What remains is the cost of the engine itself.
 *
 * The engine is the built one (`dist`), as the server runs it.
 */
import type { FromEngine, ToEngine } from "../../src/server/engine-messages.js";
import { RUNNING_NAME_BYTES, RUNNING_SLOTS } from "../../src/server/engine-messages.js";
import type * as AdminKeysModule from "../../src/server/admin-keys.js";
import type * as EngineModule from "../../src/server/engine/engine.js";
import type * as FolderModule from "../../src/storage/folder.js";
import type * as LmdbModule from "../../src/storage/lmdb.js";
import type * as SettingsModule from "../../src/server/settings.js";
import { runLoop, type Loop, type LoopConnection, type LoopTimes } from "./closed-loop.js";
import { Meter, type Measurement } from "./meter.js";
import { answeredRequest, connectMessage, mutationMessage } from "./sync-protocol.js";
import { TRANSFER, transfers, type Transfer, type TransferPlan } from "./transfers.js";

export interface EngineLoad extends LoopTimes {
  readonly kind: "engine";
  readonly dataFolder: string;
  readonly sessions: number;
  readonly inFlight: number;
  readonly plan: TransferPlan;
}

export async function runEngineLoad(load: EngineLoad): Promise<Measurement> {
  const sessions: EngineSession[] = [];
  const folder = await openFolder(load.dataFolder);
  const engine = await openEngine(folder, (batch) => deliver(batch, sessions));
  const inbox = new Inbox((batch) => engine.receive(batch));
  const next = transfers(load.plan);
  try {
    return await runLoop(new Meter(process.pid), load, (loop) => {
      for (let socket = 0; socket < load.sessions; socket++) sessions.push(new EngineSession(socket, load.inFlight, next, inbox, loop));
      return Promise.resolve(sessions);
    });
  } finally {
    await engine.close();
    await folder.release();
  }
}

function deliver(batch: readonly FromEngine[], sessions: readonly EngineSession[]): void {
  for (const message of batch) {
    if (message.type === "send") sessions[message.socket]!.receive(message.text);
    else if (message.type === "close") sessions[message.socket]!.closed(message.reason);
  }
}

/** What is sent within one turn reaches the engine as one batch in the next, as from the network thread. */
class Inbox {
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

class EngineSession implements LoopConnection {
  readonly #sentMs: number[] = [];

  constructor(
    private readonly socket: number,
    private readonly inFlight: number,
    private readonly next: () => Transfer,
    private readonly inbox: Inbox,
    private readonly loop: Loop,
  ) {}

  begin(): void {
    this.inbox.add({ type: "socketOpened", socket: this.socket, client: { ip: null, userAgent: null } });
    this.inbox.add({ type: "frame", socket: this.socket, text: connectMessage() });
    for (let i = 0; i < this.inFlight; i++) this.#send();
  }

  close(): void {
    this.inbox.add({ type: "socketClosed", socket: this.socket });
  }

  closed(reason: string): void {
    this.loop.failed(new Error(`The engine closed a session: ${reason}`));
  }

  receive(frame: string): void {
    const requestId = this.#requestOf(frame);
    if (requestId === null) return;
    this.loop.meter.record(performance.now() - this.#sentMs[requestId]!);
    if (this.loop.isOpen) this.#send();
    this.loop.answered(1);
  }

  #requestOf(frame: string): number | null {
    try {
      return answeredRequest(frame);
    } catch (error) {
      this.loop.failed(error as Error);
      return null;
    }
  }

  #send(): void {
    const requestId = this.#sentMs.push(performance.now()) - 1;
    this.loop.sent(1);
    this.inbox.add({ type: "frame", socket: this.socket, text: mutationMessage(requestId, TRANSFER, this.next()) });
  }
}

async function openFolder(path: string): Promise<FolderModule.DataFolder> {
  const { openDataFolder } = await built<typeof FolderModule>("storage/folder.js");
  return openDataFolder(path);
}

async function openEngine({ path: dataFolder, dataFile }: FolderModule.DataFolder, post: (batch: readonly FromEngine[]) => void): Promise<EngineModule.Engine> {
  const { AdminKeys } = await built<typeof AdminKeysModule>("server/admin-keys.js");
  const { Engine } = await built<typeof EngineModule>("server/engine/engine.js");
  const { openLmdbStore } = await built<typeof LmdbModule>("storage/lmdb.js");
  const { engineLimits, readSettings } = await built<typeof SettingsModule>("server/settings.js");
  const settings = readSettings({ dataFolder }, {});
  const store = await openLmdbStore({ path: dataFile });
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
    store,
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
