/** Uploads: URLs and their single use, digests, sizes, and what goes wrong. Numbers of docs/spec/files.md. */
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../harness.js";
import { bytesOf, FilesApp, postTo, sha256, someBytes, type Reply, type StorageDocument } from "./files-app.js";

let app: FilesApp;

beforeAll(async () => {
  app = await FilesApp.start({ flags: ["--file-bytes-max", "4MiB"] });
});

afterAll(() => app[Symbol.asyncDispose]());

function expectRefusal({ status, body }: Reply, expectedStatus: number, code: string): void {
  expect({ status, body }).toEqual({ status: expectedStatus, body: { code, message: expect.stringMatching(/.{20,}/) as string } });
}

async function expectNothingStored(action: () => Promise<void>): Promise<void> {
  const before = await app.storedNames();
  const documents = await app.query<StorageDocument[]>("all");
  await action();
  await until(async () => (await app.storedNames()).length === before.length, "the bytes to be gone");
  expect(await app.query("all")).toEqual(documents);
}

describe("an upload", () => {
  test("FI-1 FI-2 answers the id of a document that can be used at once and says what was stored", async () => {
    const bytes = someBytes(100_000);
    const reply = await app.post(new Blob([bytes], { type: "image/png" }));
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ storageId: expect.stringMatching(/^[0-9a-z]{31,37}$/) as string });
    const storageId = reply.body["storageId"] as string;
    const document = await app.query<StorageDocument>("document", { storageId });
    expect(document).toEqual({ _id: storageId, _creationTime: expect.any(Number) as number, sha256: sha256(bytes).toString("hex"), size: 100_000, contentType: "image/png" });
    expect(await app.query("documentNamed", { storageId })).toEqual(document);
    expect(await bytesOf(await app.get(storageId))).toEqual(bytes);
  });

  test("FI-1 the URL is one of the deployment and holds a token", async () => {
    expect(await app.uploadUrl()).toMatch(new RegExp(`^${app.server.url}/api/storage/upload\\?token=[\\w-]{70,}$`));
    expect(await app.uploadUrl()).not.toBe(await app.uploadUrl());
  });

  test.each([["without", {}], ["with an empty", { "Content-Type": "" }]])("FI-3 %s content type has none", async (_how, headers) => {
    const storageId = (await app.post(someBytes(10), headers))["body"]["storageId"] as string;
    expect(Object.keys(await app.query<object>("document", { storageId })).sort()).toEqual(["_creationTime", "_id", "sha256", "size"]);
  });

  test("FI-3 keeps the content type as it was sent", async () => {
    for (const contentType of ["text/plain;charset=UTF-8", "application/vnd.example+json; a=\"b c\"", "IMAGE/PNG", "not a type"]) {
      const storageId = await app.store("text", contentType);
      expect((await app.query<StorageDocument>("document", { storageId })).contentType).toBe(contentType);
    }
  });

  test("FI-4 of no bytes is a file of no bytes", async () => {
    for (const body of [null, "", new Blob([], { type: "text/plain" })]) {
      const storageId = (await app.post(body)).body["storageId"] as string;
      expect(await app.query("document", { storageId })).toMatchObject({ size: 0, sha256: sha256("").toString("hex") });
      const response = await app.get(storageId);
      expect({ status: response.status, length: response.headers.get("content-length"), body: await response.text() }).toEqual({ status: 200, length: "0", body: "" });
    }
  });

  test("FI-4 whose size is not announced is taken as it comes", async () => {
    const chunks = [someBytes(70_000), someBytes(1), someBytes(200_000)];
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const storageId = await app.store(stream);
    expect(await bytesOf(await app.get(storageId))).toEqual(Buffer.concat(chunks));
  });

  test("FI-5 the same bytes twice are two files", async () => {
    const [first, second] = [await app.store("same"), await app.store("same")];
    expect(first).not.toBe(second);
    await app.mutation("remove", { storageId: first });
    expect(await (await app.get(second)).text()).toBe("same");
  });

  test("FI-6 a hundred at once", async () => {
    const bodies = Array.from({ length: 100 }, (_, i) => someBytes(20_000 + i));
    const ids = await Promise.all(bodies.map((body) => app.store(body, "application/x-test")));
    expect(new Set(ids).size).toBe(100);
    await Promise.all(ids.map(async (storageId, i) => expect(await bytesOf(await app.get(storageId))).toEqual(bodies[i])));
  });

  test("FI-7 a form, and any method but POST, are no uploads of another kind", async () => {
    const form = new FormData();
    form.set("file", new Blob(["content"]));
    const storageId = (await postTo(await app.uploadUrl(), form)).body["storageId"] as string;
    expect((await app.query<StorageDocument>("document", { storageId })).contentType).toMatch(/^multipart\/form-data; boundary=/);
    for (const method of ["PUT", "PATCH", "GET", "DELETE"]) {
      const response = await fetch(await app.uploadUrl(), { method, ...(method === "GET" ? {} : { body: "x" }) });
      expect({ status: response.status, allow: response.headers.get("allow") }).toEqual({ status: 405, allow: "POST" });
    }
  });
});

describe("an upload URL", () => {
  test("FI-10 is good for one file", async () => {
    const url = await app.uploadUrl();
    expect((await postTo(url, "first")).status).toBe(200);
    await expectNothingStored(async () => expectRefusal(await postTo(url, "second"), 403, "UploadUrlUsed"));
  });

  test("FI-10 also when it is used many times at once, and when the file is deleted", async () => {
    const url = await app.uploadUrl();
    const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => postTo(url, someBytes(300_000 + i))));
    const stored = replies.filter(({ status }) => status === 200);
    expect(stored).toHaveLength(1);
    for (const reply of replies) if (reply.status !== 200) expectRefusal(reply, 403, "UploadUrlUsed");
    await app.mutation("remove", { storageId: stored[0]!.body["storageId"] });
    expectRefusal(await postTo(url, "again"), 403, "UploadUrlUsed");
    const documents = await app.query<StorageDocument[]>("all");
    await until(async () => (await app.storedNames()).length === documents.length, "the bytes of the others to be gone");
  });

  test("FI-11 that is changed, cut or made up is refused", async () => {
    const url = new URL(await app.uploadUrl());
    const token = url.searchParams.get("token")!;
    const flipped = (i: number) => token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
    for (const wrong of [token.slice(0, -2), flipped(0), flipped(3), flipped(20), flipped(token.length - 3), "x", "a".repeat(5000), "../../etc/passwd", Buffer.alloc(80).toString("base64url")]) {
      url.searchParams.set("token", wrong);
      expectRefusal(await postTo(url.href, "body"), 403, "BadUploadToken");
    }
  });

  test("FI-11 without a token is refused", async () => {
    for (const query of ["", "?token=", "?other=1"]) expectRefusal(await postTo(`${app.server.url}/api/storage/upload${query}`, "body"), 400, "MissingUploadToken");
  });

  test("FI-12 of another deployment is refused", async () => {
    await using other = await FilesApp.start();
    const foreign = new URL(await other.uploadUrl());
    expectRefusal(await postTo(`${app.server.url}${foreign.pathname}${foreign.search}`, "body"), 403, "BadUploadToken");
  });

  test("FI-13 outlives restarts, and so does its use", async () => {
    await using own = await FilesApp.start();
    const [used, unused] = [await own.uploadUrl(), await own.uploadUrl()];
    const { body } = await postTo(used, "kept");
    await own.server.kill();
    await own.server.start();
    expectRefusal(await postTo(used, "again"), 403, "UploadUrlUsed");
    expect((await postTo(unused, "later")).status).toBe(200);
    expect(await (await own.get(body["storageId"] as string)).text()).toBe("kept");
  });
});

describe("what was announced", () => {
  test("FI-14 a digest that fits, in each form", async () => {
    const digest = sha256("content");
    for (const [header, value] of [
      ["Digest", `sha-256=${digest.toString("base64")}`],
      ["Digest", `SHA-256=${digest.toString("base64")}`],
      ["Digest", `md5=abc, sha-256=${digest.toString("base64")}`],
      ["Digest", `sha-256=${digest.toString("hex")}`],
      ["Content-Digest", `sha-256=:${digest.toString("base64")}:`],
      ["Repr-Digest", `sha-256=:${digest.toString("base64")}:`],
      ["Digest", "md5=abc"],
    ] as const) {
      expect((await app.post("content", { [header]: value })).status).toBe(200);
    }
  });

  test("FI-14 a digest that does not fit: nothing is stored, and the URL is still good", async () => {
    await expectNothingStored(async () => expectRefusal(await app.post("content", { Digest: `sha-256=${sha256("other").toString("base64")}` }), 400, "DigestMismatch"));
    const url = await app.uploadUrl();
    expectRefusal(await postTo(url, "content", { Digest: `sha-256=${sha256("other").toString("base64")}` }), 400, "DigestMismatch");
    expect((await postTo(url, "content", { Digest: `sha-256=${sha256("content").toString("base64")}` })).status).toBe(200);
  });

  test("FI-14 a digest that is none", async () => {
    for (const value of ["sha-256=", "sha-256=abc", "sha-256=!!!!", `sha-256=${"A".repeat(500)}`]) expectRefusal(await app.post("content", { Digest: value }), 400, "BadDigest");
  });

  test("FI-15 a size above the limit, announced or not", async () => {
    await expectNothingStored(async () => {
      expectRefusal(await app.post(someBytes(4 * 2 ** 20 + 1)), 413, "FileTooLarge");
      const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
      expectRefusal(await app.post(endless), 413, "FileTooLarge");
    });
    expect((await app.post(someBytes(4 * 2 ** 20))).status).toBe(200);
  });

  test("FI-16 a compressed body is refused by name", async () => {
    expectRefusal(await app.post("x", { "Content-Encoding": "gzip" }), 415, "UnsupportedEncoding");
  });

  test("FI-17 a content type that could break a header", async () => {
    const url = new URL(await app.uploadUrl());
    const reply = await raw(`POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\x80\xff\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`);
    expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    expect(reply).toContain('"code":"BadContentType"');
    const injected = await raw(`POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\rX-Injected: yes\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`);
    expect(injected).toMatch(/^HTTP\/1\.1 400 /);
    expectRefusal(await app.post("x", { "Content-Type": "a".repeat(256) }), 400, "BadContentType");
  });
});

describe("an upload that ends early", () => {
  test("FI-18 the client goes away in the middle: nothing is stored", async () => {
    await expectNothingStored(async () => {
      const socket = await beginUpload(new URL(await app.uploadUrl()), 1_000_000, someBytes(300_000));
      await until(async () => (await incomingCount()) > 0, "the upload to have begun");
      socket.destroy();
      await until(async () => (await incomingCount()) === 0, "the upload to be given up");
    });
  });

  test("FI-18 kill -9 in the middle: nothing half done, and the next start clears up", async () => {
    await using own = await FilesApp.start();
    const kept = await own.store("kept");
    const url = await own.uploadUrl();
    const socket = await beginUpload(new URL(url), 1_000_000, someBytes(300_000));
    await until(async () => (await own.storedNames()).length === 2, "the upload to have begun");
    await own.server.kill();
    socket.destroy();
    expect(await own.storedNames()).toHaveLength(2);
    await own.server.start();
    await until(async () => (await own.storedNames()).length === 1, "the leftover to be swept");
    expect(await own.query<StorageDocument[]>("all")).toHaveLength(1);
    expect(await (await own.get(kept)).text()).toBe("kept");
    expect((await postTo(url, "afterwards")).status).toBe(200);
  });

  test("FI-19 a slow client is waited for, and holds up nobody", async () => {
    const body = someBytes(30);
    const url = new URL(await app.uploadUrl());
    const socket = await beginUpload(url, body.length, body.subarray(0, 1));
    const answered = replyOn(socket);
    for (let i = 1; i < body.length; i++) {
      socket.write(body.subarray(i, i + 1));
      if (i % 10 === 0) await app.store("meanwhile");
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  async function incomingCount(): Promise<number> {
    const documents = await app.query<StorageDocument[]>("all");
    return (await app.storedNames()).length - documents.length;
  }
});

/** Sends the head of an upload and the beginning of its body. */
async function beginUpload(url: URL, length: number, beginning: Uint8Array): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => undefined); // the server may have been killed
  socket.write(`POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`);
  await new Promise((resolve) => socket.write(beginning, resolve));
  return socket;
}

function replyOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let reply = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      reply += text;
      if (reply.includes("\r\n\r\n")) resolve(reply);
    });
    socket.on("close", () => resolve(reply));
  });
}

function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(app.server.url);
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.from(request, "latin1"));
  return new Promise((resolve) => {
    let reply = "";
    socket.setEncoding("latin1").on("data", (text: string) => (reply += text));
    socket.on("close", () => resolve(reply));
  });
}
