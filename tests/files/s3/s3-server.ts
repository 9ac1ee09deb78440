/** A real S3 service for tests: OpenStack Swift with its S3 API, found or installed, in a process of its own. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { S3Client, type S3Credentials } from "../../../src/server/files/s3-client.js";
import { temporaryFolder } from "../../harness.js";

/** Debian's own: packages of the system are not seen by another. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = join(import.meta.dirname, "s3_server.py");

export const CREDENTIALS: S3Credentials = { accessKeyId: "tests:rivulet", secretAccessKey: "secret-of-the-tests" };
export const REGION = "us-east-1";

export class S3Server implements AsyncDisposable {
  private constructor(
    readonly endpoint: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<S3Server> {
    install();
    const folder = await temporaryFolder();
    const child = spawn(PYTHON, [SCRIPT, folder, CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey], { stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-10_000)));
    const port = await new Promise<string>((found, failed) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        const match = /ready (\d+)/.exec(text);
        if (match !== null) found(match[1]!);
      });
      child.once("exit", (code) => failed(new Error(`The S3 server ended with code ${String(code)} before it was ready:\n${stderr}`)));
    });
    return new S3Server(`http://127.0.0.1:${port}`, child, folder);
  }

  client(bucket: string, credentials = CREDENTIALS): S3Client {
    return new S3Client({ bucket, endpoint: this.endpoint, region: REGION, credentials });
  }

  async createBucket(bucket: string): Promise<void> {
    await this.client(bucket).text({ method: "PUT", key: "" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, "exit");
      this.child.stdin!.end();
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function install(): void {
  if (isInstalled()) return;
  const isDebianRoot = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (!isDebianRoot) throw new Error("The tests of S3 need OpenStack Swift for Python. Install it (Debian: `apt-get install python3-swift`).");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "python3-swift"]]) {
    const result = spawnSync("apt-get", args, { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (result.status !== 0) throw new Error(`Could not install OpenStack Swift with apt-get ${args.join(" ")}:\n${result.stderr}`);
  }
}

function isInstalled(): boolean {
  return spawnSync(PYTHON, ["-c", "import swift"]).status === 0;
}
