/** What tests of backups do with archives and files. */
import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { openPromise } from "yauzl";
import { ZipFile } from "yazl";
import { runCommandLine } from "../../src/cli/program.js";
import { ADMIN_KEY, mutationNamed, type CommandResult, type TestServer } from "../harness.js";

/** The command in this process, which takes a tenth of the time of one of its own, and without the variables of a developer's shell. */
export async function rivulet(args: readonly string[]): Promise<CommandResult> {
  let output = "";
  const write = (line: string): void => void (output += `${line}\n`);
  const code = await runCommandLine(args, { cwd: tmpdir(), environment: {}, out: write, err: write, interrupted: new Promise(() => {}) });
  return { code, output };
}

export const remoteOf = ({ url }: TestServer): string[] => ["--url", url, "--admin-key", ADMIN_KEY];

/** The id of the file. */
export async function upload(server: TestServer, bytes: Uint8Array): Promise<string> {
  const url = (await server.http().mutation(mutationNamed("files:uploadUrl"), {})) as string;
  const response = await fetch(url, { method: "POST", body: bytes });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { storageId: string }).storageId;
}

export async function zipNames(path: string): Promise<string[]> {
  return (await zipEntries(path)).map(([name]) => name);
}

/** Texts by name; `path` must hold texts only. */
export async function zipEntries(path: string): Promise<[string, string][]> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  const entries: [string, string][] = [];
  for await (const entry of zip.eachEntry()) entries.push([entry.fileName, await text(await zip.openReadStreamPromise(entry))]);
  zip.close();
  return entries;
}

export async function zipText(path: string, name: string): Promise<string> {
  return (await zipEntries(path)).find(([entryName]) => entryName === name)![1];
}

export async function writeZip(path: string, entries: readonly (readonly [string, string])[]): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of entries) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
}
