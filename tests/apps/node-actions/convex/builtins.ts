"use node";
/** What Node itself offers. */
import { execFileSync } from "node:child_process";
import { AsyncLocalStorage } from "node:async_hooks";
import { createHmac, generateKeyPairSync, randomUUID, sign, verify } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Worker } from "node:worker_threads";
import { gunzipSync, gzipSync } from "node:zlib";
import { v } from "convex/values";
import { action } from "./_generated/server";

export const files = action({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    const folder = mkdtempSync(join(tmpdir(), "rivulet-app-"));
    try {
      writeFileSync(join(folder, "note.txt"), text);
      return [readFileSync(join(folder, "note.txt"), "utf8"), (await readFile(join(folder, "note.txt"))).length];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

export const compress = action({
  args: { bytes: v.bytes() },
  returns: v.object({ compressed: v.bytes(), restored: v.bytes(), size: v.number() }),
  handler: async (_ctx, { bytes }) => {
    const compressed = gzipSync(Buffer.from(bytes));
    const restored = gunzipSync(compressed);
    const exact = (buffer: Buffer): ArrayBuffer => buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer;
    return { compressed: exact(compressed), restored: exact(restored), size: compressed.length };
  },
});

export const bufferAsResult = action({ args: {}, handler: async () => Buffer.from("abc") as unknown as ArrayBuffer });

export const cryptography = action({
  args: { secret: v.string() },
  handler: async (_ctx, { secret }) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const signature = sign(null, Buffer.from("message"), privateKey);
    return {
      hmac: createHmac("sha256", secret).update("message").digest("hex"),
      isValid: verify(null, Buffer.from("message"), publicKey, signature),
      isUuid: /^[0-9a-f-]{36}$/.test(randomUUID()),
      subtle: Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from("abc"))).toString("hex"),
    };
  },
});

/** Both ways of asking over HTTP, of a server of its own. */
export const network = action({
  args: {},
  handler: async () => {
    const server = createServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const byGet = await new Promise<string>((resolve, reject) => {
      get(`http://127.0.0.1:${port}/get`, (response: IncomingMessage) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)).on("end", () => resolve(text));
      }).on("error", reject);
    });
    const byFetch = await (await fetch(`http://127.0.0.1:${port}/fetch`, { method: "POST", body: "x" })).text();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    return [byGet, byFetch];
  },
});

export const streams = action({
  args: { parts: v.array(v.string()) },
  handler: async (_ctx, { parts }) => {
    const upper = new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, chunk.toString().toUpperCase()) });
    let text = "";
    await pipeline(Readable.from(parts), upper, async (source) => {
      for await (const chunk of source) text += String(chunk);
    });
    return text;
  },
});

export const more = action({
  args: {},
  handler: async () => {
    const emitter = new EventEmitter();
    const emitted = once(emitter, "ready");
    setTimeout(() => emitter.emit("ready", 1), 1);
    const storage = new AsyncLocalStorage<string>();
    const stored = await storage.run("inner", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return storage.getStore();
    });
    const worker = new Worker("require('node:worker_threads').parentPort.postMessage(6 * 7)", { eval: true });
    const [answer] = (await once(worker, "message")) as [number];
    await worker.terminate();
    return { emitted: (await emitted) as number[], stored, answer, child: execFileSync(process.execPath, ["-p", "1 + 1"]).toString().trim() };
  },
});

export const runtime = action({
  args: {},
  handler: async () => ({
    version: process.version,
    platform: process.platform,
    isProduction: process.env.NODE_ENV,
    dynamic: (await import("node:url")).pathToFileURL("/x").href,
    globals: [typeof Buffer, typeof setImmediate, typeof structuredClone, typeof WebAssembly, typeof performance.now()],
  }),
});
