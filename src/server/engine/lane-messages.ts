/** Between the engine and the thread of the optimistic lane; see optimistic-lane.ts. */
import type { EntryChanges } from "../../database/index-entries.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import type { FunctionFailure } from "../../functions/errors.js";
import type { FunctionCaller } from "../../functions/function-reference.js";
import type { VectorRegionData } from "../../database/vectors/vector-region.js";
import type { KeyRange } from "../../storage/store.js";
import type { ClientInfo, EngineLimits } from "../engine-messages.js";
import type { FileSecret } from "../files/file-urls.js";

export interface LaneOptions {
  readonly dataFolder: string;
  readonly instanceName: string;
  readonly limits: EngineLimits;
  /** For URLs of files. */
  readonly fileSecret: FileSecret;
  readonly cloudOrigin: string;
  /** See EngineOptions. */
  readonly filesFolder: string | null;
  /** See EngineOptions. */
  readonly testClock?: SharedArrayBuffer;
}

export interface LaneJob {
  readonly id: number;
  readonly path: string;
  readonly componentPath: string;
  readonly caller: FunctionCaller;
  readonly args: string;
  readonly identity: Readonly<Record<string, unknown>> | null;
  readonly authToken: string | null;
  readonly requestId: string;
  readonly client: ClientInfo | null;
  readonly adminName: string | null;
  /** The scheduled function on whose behalf it runs, where there is one. */
  readonly scheduledFunctionId?: string;
}

/** A document's change, with the table by its space: the engine has a Table of its own. */
export interface LaneWrite {
  readonly space: number;
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly beforeKeys: readonly string[];
  readonly afterKeys: readonly string[];
  readonly entries: EntryChanges;
}

export interface LaneUsage {
  readonly bytesRead: number;
  readonly documentsRead: number;
  readonly bytesWritten: number;
  readonly documentsWritten: number;
}

export type LaneResult =
  | {
      readonly type: "ran";
      readonly value: string;
      readonly durationMs: number;
      readonly logLines: readonly string[];
      readonly ts: number;
      readonly points: readonly string[];
    readonly ranges: readonly KeyRange[];
      readonly regions: readonly VectorRegionData[];
      readonly writes: readonly LaneWrite[];
      readonly usage: LaneUsage;
    }
  /** `ts` is null where no other run could end better. */
  | { readonly type: "failed"; readonly failure: FunctionFailure; readonly durationMs: number; readonly logLines: readonly string[]; readonly ts: number | null }
  /** Nothing that the lane can do: the serial lane must run it (it makes a table, for example). */
  | { readonly type: "declined" };

export type ToLane =
  | { readonly type: "code"; readonly code: DeploymentCode }
  | { readonly type: "run"; readonly job: LaneJob }
  | { readonly type: "close" };

export interface FromLane {
  readonly id: number;
  readonly result: LaneResult;
}
