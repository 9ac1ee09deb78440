/** Errors of modules that Node has loaded from a folder, shown at the places where the developer wrote them. */
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describeError, formatError, frameUnder, type ErrorDescription } from "../../../functions/sandbox/errors.js";
import { SourceMaps } from "../../../functions/sandbox/source-maps.js";

export class DeveloperStacks {
  readonly #frame: RegExp;
  readonly #sourceMaps: SourceMaps;

  constructor(folder: string) {
    // Stacks are mapped here, once, whatever the process was started with.
    process.setSourceMapsEnabled(false);
    this.#frame = frameUnder(pathToFileURL(join(realpathSync(folder), "/")).href);
    this.#sourceMaps = new SourceMaps({ get: (path) => ({ sourceMap: readIfThere(join(folder, `${path}.map`)) }) });
  }

  /** "Uncaught Error: boom\n    at handler (../convex/messages.ts:12:15)" */
  describe(error: unknown): ErrorDescription {
    return describeError(error, this);
  }

  mapStack(error: unknown): string {
    return formatError(error, (position) => this.locate(position), this.#frame);
  }

  readonly locate: SourceMaps["locate"] = (position) => this.#sourceMaps.locate(position);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // the bundle's own positions are shown then
  }
}
