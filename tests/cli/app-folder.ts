/** A copy of an app that tests edit as its developer would. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { copyApp } from "../harness.js";

export class AppFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async copyOf(app: string): Promise<AppFolder> {
    return new AppFolder(await copyApp(app));
  }

  read(file: string): Promise<string> {
    return readFile(join(this.path, file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(join(this.path, file));
  }

  async write(file: string, content: string): Promise<void> {
    await writeFile(join(this.path, file), content);
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.path, file), { force: true });
  }

  /** Replaces a text that is there; returns what undoes it. */
  async edit(file: string, before: string, after: string): Promise<() => Promise<void>> {
    const content = await this.read(file);
    if (!content.includes(before)) throw new Error(`${file} has no ${before}`);
    await this.write(file, content.replace(before, after));
    return () => this.write(file, content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
