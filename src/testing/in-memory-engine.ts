/** An engine in this thread, on a store in memory, and calls to it as promises. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILES_FOLDER } from "../storage/folder.js";
import type { MemoryStore } from "../storage/memory.js";
import { AdminKeys } from "../server/admin-keys.js";
import { SYSTEM_ACTOR } from "../server/audit/deployment-audit.js";
import { SigningKeys } from "../server/auth/signing-keys.js";
import { Engine } from "../server/engine/engine.js";
import { RUNNING_NAME_BYTES, RUNNING_SLOTS, type DeployRoute, type EngineCall, type EngineReply, type FromEngine } from "../server/engine-messages.js";
import { engineLimits } from "../server/settings.js";
import { CLOCKS, wallClock } from "../server/wall-clock.js";
import { TestAppError } from "./test-app-error.js";
import { DEFAULTS } from "./test-settings.js";
import { TestSite } from "./test-site.js";

export class InMemoryEngine implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "rivulet-testing-"));
  readonly #engine: Engine;
  readonly #aheadMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  readonly #calls = new Map<number, (reply: EngineReply) => void>();
  #lastCall = 0;
  readonly nowMs: () => number;

  /** The engine closes the store. */
  static async start(store: MemoryStore): Promise<InMemoryEngine> {
    return new InMemoryEngine(store, await TestSite.open());
  }

  private constructor(
    store: MemoryStore,
    readonly site: TestSite,
  ) {
    const testClock = this.#aheadMs.buffer as unknown as SharedArrayBuffer;
    this.nowMs = wallClock(CLOCKS, testClock);
    const filesFolder = join(this.#folder, FILES_FOLDER);
    const { origin } = site;
    new SigningKeys(this.#folder).ensure();
    this.#engine = new Engine({
      options: {
        dataFolder: this.#folder,
        filesFolder,
        cloudOrigin: origin,
        siteOrigin: origin,
        internalOrigin: origin,
        instanceName: DEFAULTS.instanceName,
        redactErrors: false,
        limits: engineLimits(DEFAULTS),
        testClock,
        logRetention: { ageMsMax: DEFAULTS.logAgeMax, ageMsMin: DEFAULTS.logAgeMin, bytesMax: DEFAULTS.logBytesMax },
        running: new SharedArrayBuffer(RUNNING_SLOTS * Int32Array.BYTES_PER_ELEMENT + RUNNING_NAME_BYTES),
        poisoned: [],
      },
      store,
      isStoreShared: false,
      adminKeys: AdminKeys.open(this.#folder),
      nowMs: this.nowMs,
      post: (batch) => batch.forEach((message) => this.#receive(message)),
      onClosed: () => {},
    });
    site.connect((call) => this.call(call), filesFolder);
  }

  call(call: EngineCall): Promise<EngineReply> {
    const id = ++this.#lastCall;
    return new Promise((resolve) => {
      this.#calls.set(id, resolve);
      this.#engine.receive([{ type: "call", id, call }]);
    });
  }

  /** Rejects with the text that a developer would see. */
  async deploy(route: DeployRoute, body: object): Promise<Record<string, unknown>> {
    const reply = await this.call({ kind: "deploy", route, body: JSON.stringify(body), actor: SYSTEM_ACTOR });
    if (!reply.ok) throw new TestAppError(reply.failure === "request" ? reply.message : reply.body);
    return JSON.parse(reply.body) as Record<string, unknown>;
  }

  async advance(ms: number): Promise<void> {
    this.#aheadMs[0]! += ms;
    await this.call({ kind: "clockMoved" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    await this.#engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #receive(message: FromEngine): void {
    if (message.type === "filesDeleted") this.site.removeFiles(message.keys);
    if (message.type !== "reply") return;
    this.#calls.get(message.id)?.(message.reply);
    this.#calls.delete(message.id);
  }
}
