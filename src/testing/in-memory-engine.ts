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
import { engineLimits, readSettings } from "../server/settings.js";
import { TestAppError } from "./test-app-error.js";
import { CLOCKS, wallClock } from "../server/wall-clock.js";

/** Nobody listens there. */
const ORIGIN = "http://127.0.0.1:0";

export class InMemoryEngine implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "rivulet-testing-"));
  readonly #engine: Engine;
  readonly #aheadMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  readonly #calls = new Map<number, (reply: EngineReply) => void>();
  #lastCall = 0;
  readonly nowMs: () => number;

  /** The engine closes the store. */
  constructor(store: MemoryStore) {
    const settings = readSettings({}, {});
    const testClock = this.#aheadMs.buffer as unknown as SharedArrayBuffer;
    this.nowMs = wallClock(CLOCKS, testClock);
    new SigningKeys(this.#folder).ensure();
    this.#engine = new Engine({
      options: {
        dataFolder: this.#folder,
        filesFolder: join(this.#folder, FILES_FOLDER),
        cloudOrigin: ORIGIN,
        siteOrigin: ORIGIN,
        internalOrigin: ORIGIN,
        instanceName: settings.instanceName,
        redactErrors: false,
        limits: engineLimits(settings),
        testClock,
        logRetention: { ageMsMax: settings.logAgeMax, ageMsMin: settings.logAgeMin, bytesMax: settings.logBytesMax },
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
    await this.#engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #receive(message: FromEngine): void {
    if (message.type !== "reply") return;
    this.#calls.get(message.id)?.(message.reply);
    this.#calls.delete(message.id);
  }
}
