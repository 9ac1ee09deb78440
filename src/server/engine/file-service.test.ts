/** Upload tokens over time, and who hears of deleted files. Numbers of docs/spec/files.md. */
import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { Database, type Commit } from "../../database/database.js";
import { MemoryStore } from "../../storage/memory.js";
import type { EngineReply } from "../engine-messages.js";
import { FileUrls } from "../files/file-urls.js";
import { newFileSecret, readFileSecret, storeFileSecret } from "./file-secret.js";
import { FileService } from "./file-service.js";

const HOUR_MS = 3_600_000;
const CONTEXT = { path: "a:b", componentPath: "", identity: null, authToken: null, requestId: "", executionId: "", client: null, adminName: null, scheduledJobId: null, authProblem: null, depth: 0 };

let nowMs: number;
let database: Database;
let urls: FileUrls;
let files: FileService;
let commits: Commit[];

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1);
  commits = [];
  database = new Database({ store: new MemoryStore(), nowMs: () => nowMs, onCommit: (commit) => commits.push(commit) });
  urls = new FileUrls(newFileSecret(), "https://files.example");
  files = new FileService({ database, urls, nowMs: () => nowMs, whenDurable: () => Promise.resolve() });
});

const newToken = (namespace = ""): string => new URL(urls.uploadUrl(namespace, nowMs)).searchParams.get("token")!;
const codeOf = (reply: EngineReply): string => (reply.ok ? "ok" : reply.failure === "request" ? reply.code : "function");

function finish(token: string, key = randomBytes(16).toString("hex")): EngineReply {
  return files.handle({ type: "finishUpload", token, key, sha256: "00".repeat(32), size: 1, contentType: null });
}

function storageIdOf(reply: EngineReply): string {
  if (!reply.ok) throw new Error("The upload failed.");
  return (JSON.parse(reply.body) as { storageId: string }).storageId;
}

function usedTokens(): number {
  const table = database.catalog.table("", "_used_upload_tokens");
  return table === undefined ? 0 : [...database.reader.entries({ start: table.documentPrefix, end: `${table.documentPrefix}\xff` })].length;
}

async function remove(storageId: string): Promise<void> {
  await files.syscalls().get("1.0/storageDelete")!({ storageId }, CONTEXT);
}

describe("upload tokens", () => {
  test("FI-11 an upload begins within an hour", () => {
    const token = newToken();
    nowMs += HOUR_MS;
    expect(codeOf(files.handle({ type: "beginUpload", token }))).toBe("ok");
    nowMs += 1;
    expect(codeOf(files.handle({ type: "beginUpload", token }))).toBe("UploadUrlExpired");
  });

  test("FI-11 and ends within a day", () => {
    const [first, second] = [newToken(), newToken()];
    nowMs += 24 * HOUR_MS;
    expect(codeOf(finish(first))).toBe("ok");
    nowMs += 1;
    expect(codeOf(finish(second))).toBe("UploadUrlExpired");
  });

  test("FI-10 a used token is remembered for as long as it could be used again, and then forgotten", () => {
    const first = newToken();
    finish(first);
    for (let hours = 0; hours < 24; hours++) {
      nowMs += HOUR_MS - 1;
      expect(codeOf(finish(first))).toBe("UploadUrlUsed");
      finish(newToken());
    }
    for (let uses = 0; uses < 20; uses++) finish(newToken());
    expect(usedTokens()).toBe(45);
    nowMs += 25 * HOUR_MS;
    for (let uses = 0; uses < 15; uses++) finish(newToken());
    expect(usedTokens()).toBe(15);
    expect(codeOf(finish(first))).toBe("UploadUrlExpired");
  });

  test("FI-10 the file's deletion does not bring it back", async () => {
    const token = newToken();
    await remove(storageIdOf(finish(token)));
    expect(codeOf(files.handle({ type: "beginUpload", token }))).toBe("UploadUrlUsed");
  });

  test("FI-12 of another secret are none", () => {
    const other = new FileUrls(newFileSecret(), "https://files.example").uploadUrl("", nowMs);
    expect(codeOf(files.handle({ type: "beginUpload", token: new URL(other).searchParams.get("token")! }))).toBe("BadUploadToken");
  });
});

test("FI-20 a file of any namespace is found by its name, and its key told when it is deleted", async () => {
  for (const namespace of ["", "component"]) {
    const key = randomBytes(16).toString("hex");
    const storageId = storageIdOf(finish(newToken(namespace), key));
    const name = urls.urlNameOf(Buffer.from(key, "hex"));
    const info = files.handle({ type: "info", name });
    expect(info.ok && JSON.parse(info.body)).toEqual({ key, storageId, sha256: "00".repeat(32), size: 1, contentType: null });
    const unknown = files.handle({ type: "unknownKeys", keys: [key, "f".repeat(32)] });
    expect(unknown.ok && JSON.parse(unknown.body)).toEqual({ unknown: ["f".repeat(32)] });
    commits = [];
    await files.syscalls().get("1.0/storageDelete")!({ storageId }, { ...CONTEXT, componentPath: namespace });
    expect(commits.map((commit) => files.deletedBy(commit))).toEqual([[key]]);
    expect(codeOf(files.handle({ type: "info", name }))).toBe("FileNotFound");
  }
});

test("FI-41 a component's file is nothing to the app", async () => {
  const storageId = storageIdOf(finish(newToken("component")));
  const url = files.syscalls().get("1.0/storageGetUrl")!;
  expect(await url({ storageId }, CONTEXT)).toBe("null");
  expect(JSON.parse(await url({ storageId }, { ...CONTEXT, componentPath: "component" }))).toContain("/api/storage/");
});

test("FI-13 the secret is stored once", () => {
  const secret = newFileSecret();
  expect(readFileSecret(database)).toBeNull();
  storeFileSecret(database, secret);
  const before = database.lastTs;
  storeFileSecret(database, secret);
  expect(database.lastTs).toBe(before);
  expect(readFileSecret(database)).toEqual(secret);
});
