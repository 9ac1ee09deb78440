/** A backup of a large deployment, and its restore into a server that runs. */
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mutationNamed, temporaryFolder, ADMIN_KEY } from "../../tests/harness.js";
import type { Stage } from "./stage.js";

const DOCUMENT_CHARS = 10_000;
const DOCUMENTS_AT_ONCE = 400;
const FILE_BYTES = 10_000_000;
const AUTHORIZATION = { Authorization: `Convex ${ADMIN_KEY}` };

/** Half of `megabytes` are documents, half files. */
export async function measureBackup(stage: Stage, megabytes: number): Promise<void> {
  const { server } = stage;
  await fill(stage, megabytes);
  const folder = await temporaryFolder();
  const archive = join(folder, "backup.zip");
  try {
    await stage.measure(`backup of ${megabytes} MB`, async () => {
      const response = await fetch(`${server.url}/api/rivulet/backup`, { headers: AUTHORIZATION });
      await pipeline(Readable.fromWeb(response.body! as never), createWriteStream(archive));
    });
    await stage.measure(`restore of ${((await stat(archive)).size / 1e6).toFixed(0)} MB`, async () => {
      const body = Readable.toWeb(createReadStream(archive)) as unknown as ReadableStream;
      const response = await fetch(`${server.url}/api/rivulet/restore`, { method: "POST", headers: AUTHORIZATION, body, duplex: "half" } as RequestInit);
      const report = await response.text();
      if (!report.includes('{"restored":')) throw new Error(report);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill({ server }: Stage, megabytes: number): Promise<void> {
  const http = server.http();
  const documents = Math.ceil((megabytes * 1e6) / 2 / DOCUMENT_CHARS);
  for (let done = 0; done < documents; done += DOCUMENTS_AT_ONCE) await http.mutation(mutationNamed("beats:fill"), { documents: DOCUMENTS_AT_ONCE, chars: DOCUMENT_CHARS });
  for (let done = 0; done < (megabytes * 1e6) / 2; done += FILE_BYTES) {
    const url = (await http.mutation(mutationNamed("beats:uploadUrl"), {})) as string;
    const response = await fetch(url, { method: "POST", body: Buffer.alloc(FILE_BYTES, done % 251) });
    if (!response.ok) throw new Error(await response.text());
  }
}
