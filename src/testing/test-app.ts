/** An app that was bundled and checked once, from which deployments for tests are made. */
import { resolve } from "node:path";
import { SYSTEM_ACTOR } from "../server/audit/deployment-audit.js";
import { MemoryStore } from "../storage/memory.js";
import { appPush } from "./app-push.js";
import { InMemoryEngine } from "./in-memory-engine.js";
import { TestAppError } from "./test-app-error.js";
import { TestDeployment } from "./test-deployment.js";

export interface TestAppOptions {
  /** What functions see in `process.env`. */
  readonly environment?: Readonly<Record<string, string>>;
}

const WAIT_MS = 10_000;

export class TestApp {
  private constructor(
    /** What a deployment of the app is before anything was written. */
    private readonly pushed: MemoryStore,
    private readonly components: readonly string[],
  ) {}

  /** `folder` is the app's folder of functions, usually "convex". Rejects with TestAppError: what a deploy would say. */
  static async load(folder: string, { environment = {} }: TestAppOptions = {}): Promise<TestApp> {
    const store = new MemoryStore();
    const body = await appPush(resolve(folder));
    await using engine = await InMemoryEngine.start(store);
    await setEnvironment(engine, environment);
    const startPush = await engine.deploy("start_push", body);
    const waited = await engine.deploy("wait_for_schema", { schemaChange: startPush["schemaChange"], timeoutMs: WAIT_MS, dryRun: false });
    if (waited["type"] !== "complete") throw new TestAppError(`The app's schema was not taken: ${JSON.stringify(waited)}`);
    await engine.deploy("finish_push", { startPush, dryRun: false, message: null });
    return new TestApp(store.fork(), Object.keys((startPush["schemaChange"] as { allocatedComponentIds: object }).allocatedComponentIds));
  }

  /** An empty deployment that shares nothing with others. */
  async start(): Promise<TestDeployment> {
    return new TestDeployment(await InMemoryEngine.start(this.pushed.fork()), this.components);
  }
}

async function setEnvironment(engine: InMemoryEngine, environment: Readonly<Record<string, string>>): Promise<void> {
  const changes = Object.entries(environment).map(([name, value]) => ({ name, value }));
  if (changes.length === 0) return;
  const reply = await engine.call({ kind: "updateEnvironment", body: JSON.stringify({ changes }), actor: SYSTEM_ACTOR });
  if (!reply.ok) throw new TestAppError(reply.failure === "request" ? reply.message : reply.body);
}
