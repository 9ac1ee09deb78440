/**
 * The thread of the optimistic lane: runs one slow mutation at a time on a snapshot of the store, with code of its own, and
 * reports what it read and would write. It never writes itself.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../database/errors.js";
import type { KeyRegion } from "../database/read-set.js";
import { VectorRegion, type VectorRegionData } from "../database/vectors/vector-region.js";
import { beginOnSnapshot, type SnapshotTransaction } from "../database/snapshot-database.js";
import { Deployment } from "../functions/deployment.js";
import { FunctionRunner, type FunctionOutcome } from "../functions/function-runner.js";
import { openSharedStore } from "../storage/shared-store.js";
import { deploymentTokens } from "./auth/deployment-tokens.js";
import { SigningKeys } from "./auth/signing-keys.js";
import { localFileBytes } from "./files/local-file-bytes.js";
import { FileUrls } from "./files/file-urls.js";
import type { LaneJob, LaneOptions, LaneResult, ToLane } from "./engine/lane-messages.js";
import { CLOCKS, wallClock } from "./wall-clock.js";

const { dataFolder, instanceName, limits, fileSecret, cloudOrigin, filesFolder, testClock } = workerData as LaneOptions;
const port = parentPort!;
const store = await openSharedStore(dataFolder);
const nowMs = wallClock(CLOCKS, testClock);
const runner = new FunctionRunner({
  instanceName,
  limits,
  nowMs,
  fileBytes: filesFolder === null ? null : localFileBytes(filesFolder),
  files: new FileUrls(fileSecret, cloudOrigin),
  tokens: deploymentTokens(new SigningKeys(dataFolder), cloudOrigin),
  randomSeed: () => Math.random() * 2 ** 32,
  refuse: () => null,
  onRunning: () => undefined,
});

port.on("message", (message: ToLane) => {
  switch (message.type) {
    case "code":
      runner.deployment?.dispose();
      runner.use(new Deployment(message.code, runner.currentHost));
      break;
    case "run":
      run(message.job);
      break;
    case "close":
      void store.close().then(() => port.close());
      break;
    default:
      message satisfies never;
  }
});

function run(job: LaneJob): void {
  let begun: SnapshotTransaction | null = null;
  runner.enqueue({
    ...job,
    kind: "mutation",
    journal: null,
    begin: () => {
      begun = beginOnSnapshot(store, limits, nowMs);
      return begun.transaction;
    },
    done: (outcome) => {
      const result = report(outcome);
      begun?.release();
      port.postMessage({ id: job.id, result });
    },
  });
}

function regionData(region: KeyRegion): VectorRegionData {
  assert(region instanceof VectorRegion, "a read set has a region of an unknown kind");
  return region.data;
}

function report(outcome: FunctionOutcome): LaneResult {
  const { logLines, durationMs } = outcome;
  if (!outcome.ok) return { type: "failed", failure: outcome.failure, durationMs, logLines, ts: outcome.isStopped ? null : (outcome.transaction?.ts ?? null) };
  const { transaction } = outcome;
  if ([...transaction.newTables()].length > 0) return { type: "declined" };
  transaction.readSet.compact();
  const { bytesRead, documentsRead, bytesWritten, documentsWritten } = transaction.usage;
  return {
    type: "ran",
    value: outcome.value,
    durationMs,
    logLines,
    ts: transaction.ts,
    points: transaction.readSet.points,
    ranges: transaction.readSet.ranges,
    regions: transaction.readSet.regions.map(regionData),
    writes: transaction.writes().map(({ table, id, before, after, beforeKeys, afterKeys, entries }) => ({ space: table.space, id, before, after, beforeKeys, afterKeys, entries })),
    usage: { bytesRead, documentsRead, bytesWritten, documentsWritten },
  };
}
