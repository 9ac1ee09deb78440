/**
 * One server process, and in it one deployment with the functions of both apps (`one-app.ts`). They share the engine thread, the store
 * and its commits, the threads of HTTP actions and the cron scheduler: what one of them costs the other would not show with a server
 * for each.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, startServer, temporaryFolder, type TestServer } from "../../tests/harness.js";
import { StudyPlatform } from "../../tests/study/platform.js";
import { INSPECTED } from "../collected-memory.js";
import { Platform as ExamPlatform } from "../exam/platform.js";
import { makeOneApp } from "./one-app.js";

const APPS = ["exam", "study"].map((name) => join(ROOT, "examples", name));

export class BothPlatforms implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    readonly exam: ExamPlatform,
    readonly study: StudyPlatform,
  ) {}

  static async start(heartbeatMs: number, learners: number): Promise<BothPlatforms> {
    const server = await startServer({ flags: ["--log-level", "warn"], environment: INSPECTED });
    try {
      const exam = await ExamPlatform.on(server, heartbeatMs);
      await deployBoth(server);
      return new BothPlatforms(server, exam, await StudyPlatform.on(server, learners));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

async function deployBoth(server: TestServer): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await makeOneApp(folder, APPS);
    await server.deploy(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
