/**
 * A large file up and down: speed, and the memory of the server before, at most during, and after.
 *
 *     node --import tsx bench/files/main.ts [MiB]
 *
 * The client makes the bytes as they are sent and hashes them as they come back, so it needs no room either.
 */
import { createHash, type Hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { once } from "node:events";
import { mutationNamed, queryNamed, startServer } from "../../tests/harness.js";

const MIB = 2 ** 20;
const CHUNK = Buffer.alloc(MIB);
for (let i = 0; i < MIB; i++) CHUNK[i] = (i * 2_654_435_761) >>> 24;
const SAMPLE_MS = 20;

interface Measured {
  readonly name: string;
  readonly seconds: number;
  readonly sha256: string;
  readonly peakMb: number;
}

async function main(): Promise<void> {
  const mebibytes = Number(process.argv[2] ?? 2048);
  if (!Number.isSafeInteger(mebibytes) || mebibytes < 1) throw new Error("The size must be a whole number of MiB, such as 2048.");
  await using server = await startServer();
  await server.deploy("files");
  const http = server.http();
  const upload = (await http.mutation(mutationNamed("files:generateUploadUrl"), {})) as string;
  const before = await residentMb(server.pid);
  let storageId = "";
  const up = await measure("up", server.pid, async (hash) => {
    storageId = await send(upload, mebibytes, hash);
  });
  const url = (await http.query(queryNamed("files:url"), { storageId })) as string;
  const down = await measure("down", server.pid, (hash) => receive(url, hash));
  if (up.sha256 !== down.sha256) throw new Error(`What came back is not what was sent: ${up.sha256}, ${down.sha256}`);
  console.log(`${mebibytes} MiB; server's memory before: ${before} MB`);
  for (const { name, seconds, peakMb } of [up, down]) console.log(`${name.padEnd(5)} ${(mebibytes / seconds).toFixed(0).padStart(5)} MiB/s   peak ${peakMb} MB`);
  console.log(`after: ${await residentMb(server.pid)} MB`);
}

async function measure(name: string, pid: number, transfer: (hash: Hash) => Promise<void>): Promise<Measured> {
  let peakMb = await residentMb(pid);
  const timer = setInterval(() => void residentMb(pid).then((mb) => (peakMb = Math.max(peakMb, mb))), SAMPLE_MS);
  const hash = createHash("sha256");
  const startMs = performance.now();
  await transfer(hash);
  const seconds = (performance.now() - startMs) / 1000;
  clearInterval(timer);
  return { name, seconds, sha256: hash.digest("hex"), peakMb };
}

async function send(url: string, mebibytes: number, hash: Hash): Promise<string> {
  const request = httpRequest(url, { method: "POST", headers: { "Content-Type": "application/octet-stream", "Content-Length": mebibytes * MIB } });
  const answered = new Promise<string>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
  });
  for (let sent = 0; sent < mebibytes; sent++) {
    hash.update(CHUNK);
    if (!request.write(CHUNK)) await once(request, "drain");
  }
  request.end();
  return (JSON.parse(await answered) as { storageId: string }).storageId;
}

async function receive(url: string, hash: Hash): Promise<void> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`The download failed with ${response.status}.`);
  for await (const chunk of response.body) hash.update(chunk as Uint8Array);
}

async function residentMb(pid: number): Promise<number> {
  const [, pages] = (await readFile(`/proc/${pid}/statm`, "utf8")).split(" ");
  return Math.round((Number(pages) * 4096) / 1e6);
}

await main();
