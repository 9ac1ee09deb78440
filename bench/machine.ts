/** What the figures hold for: the machine, the versions, the disk, and what a durable write costs on it. */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT, temporaryFolder } from "../tests/harness.js";
import { percentiles } from "./load/meter.js";
import { peerVersions } from "./peers/versions.js";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly rivulet: string;
  /** Those that are installed, with their versions. */
  readonly peers: string;
  /** Of the folder for temporary files, which holds the data (change it with TMPDIR). */
  readonly fileSystem: string;
  /** Appending 4 KiB and waiting for the disk. */
  readonly fsyncP50Ms: number;
  readonly fsyncP99Ms: number;
  readonly durability: string;
  readonly generator: string;
}

const SYNCS = 300;
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x2fc12fc1: "zfs",
  0x794c7630: "overlayfs",
  0x01021994: "tmpfs: in memory, so durable writes cost nothing here",
};

export async function describeMachine(): Promise<Machine> {
  const [cpu] = cpus();
  const fsync = await measureFsync();
  return {
    cpu: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    rivulet: (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version,
    peers: peerVersions(),
    fileSystem: await fileSystemOf(tmpdir()),
    fsyncP50Ms: fsync.p50Ms,
    fsyncP99Ms: fsync.p99Ms,
    durability: "commits in groups, each group synced to disk before its answers leave",
    generator: "one process on the same machine, closed loop, requests made beforehand",
  };
}

async function fileSystemOf(folder: string): Promise<string> {
  const { type } = await statfs(folder);
  return FILE_SYSTEMS[type] ?? `type 0x${type.toString(16)}`;
}

async function measureFsync(): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
  const folder = await temporaryFolder();
  const file = openSync(join(folder, "probe"), "w");
  try {
    const block = Buffer.alloc(4096, 1);
    const times = Array.from({ length: SYNCS }, () => {
      const startMs = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return performance.now() - startMs;
    });
    return percentiles(times);
  } finally {
    closeSync(file);
    await rm(folder, { recursive: true, force: true });
  }
}
