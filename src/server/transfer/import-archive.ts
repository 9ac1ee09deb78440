/**
 * What a zip archive to be imported holds, told by the names of its entries:
 *
 *     <table>/documents.jsonl                    documents; <table>/generated_schema.jsonl: their shape (shape.ts)
 *     _storage/documents.jsonl, _storage/<id>…   files: their documents, and their bytes
 *     _tables/documents.jsonl                    numbers of tables
 *     _components/<name>/…                       the same again, for a component
 *
 * All of it may lie in one folder, as archives that were unpacked and packed again do.
 */
import type { Entry } from "yauzl";
import { ImportError } from "./import-error.js";
import type { ZipReader } from "./zip-reader.js";

export const FILES_TABLE = "_storage";

export interface ArchiveTable {
  /** Path of the component within what is imported; "" for the root. */
  readonly component: string;
  readonly name: string;
  readonly documents: Entry;
  readonly shape: Entry | null;
}

export interface ArchiveLayout {
  readonly tables: readonly ArchiveTable[];
  /** By component. */
  readonly numbers: ReadonlyMap<string, Entry>;
  /** Bytes of files, by component and id. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, Entry>>;
}

interface Place {
  readonly component: string;
  readonly folder: string;
  readonly file: string;
}

const DOCUMENTS = "documents.jsonl";
const SHAPE = "generated_schema.jsonl";
const NUMBERS_TABLE = "_tables";
const COMPONENTS = "_components";
/** What systems put into archives unasked. */
const IGNORED = /(?:^|\/)(?:__MACOSX\/.*|\.DS_Store|Thumbs\.db|desktop\.ini|README(?:\.md|\.txt)?)$/i;

/** Throws {@link ImportError} where something in the archive would not be imported. */
export function layoutOf({ entries }: Pick<ZipReader, "entries">): ArchiveLayout {
  const wanted = [...entries].filter(([name]) => !IGNORED.test(name));
  const root = commonFolder(wanted.map(([name]) => name));
  const tables = new Map<string, { component: string; name: string; documents?: Entry; shape?: Entry }>();
  const numbers = new Map<string, Entry>();
  const files = new Map<string, Map<string, Entry>>();
  for (const [name, entry] of wanted) {
    const place = placeOf(name.slice(root.length));
    if (place === null) throw unexpected(name);
    const { component, folder, file } = place;
    if (folder === NUMBERS_TABLE) {
      if (file === DOCUMENTS) numbers.set(component, entry);
      continue;
    }
    if (folder === FILES_TABLE && file !== DOCUMENTS && file !== SHAPE) {
      files.set(component, (files.get(component) ?? new Map<string, Entry>()).set(file.replace(/\..*$/, ""), entry));
      continue;
    }
    if (folder.startsWith("_") && folder !== FILES_TABLE) throw new ImportError(`The zip archive has a folder ${JSON.stringify(folder)}: system tables can't be imported. Remove it from the archive.`);
    if (file !== DOCUMENTS && file !== SHAPE) throw unexpected(name);
    const key = `${component}\0${folder}`;
    const table = tables.get(key) ?? { component, name: folder };
    tables.set(key, file === DOCUMENTS ? { ...table, documents: entry } : { ...table, shape: entry });
  }
  for (const component of files.keys()) {
    if (tables.get(`${component}\0${FILES_TABLE}`)?.documents === undefined) throw new ImportError(`The zip archive has files in ${FILES_TABLE}, but no ${FILES_TABLE}/${DOCUMENTS} that describes them. Export again with --include-file-storage.`);
  }
  const found = [...tables.values()].flatMap(({ documents, shape, ...table }) => (documents === undefined ? [] : [{ ...table, documents, shape: shape ?? null }]));
  if (found.length === 0) throw new ImportError(`The zip archive has no <table>/${DOCUMENTS}: there is nothing to import. One table alone is imported with --table.`);
  return { tables: found, numbers, files };
}

function unexpected(name: string): ImportError {
  return new ImportError(`The zip archive has an entry ${JSON.stringify(name)}, which is not part of an export. Expected are <table>/${DOCUMENTS}, <table>/${SHAPE}, ${FILES_TABLE}/<id>, ${NUMBERS_TABLE}/${DOCUMENTS}, and the same below ${COMPONENTS}/<name>/. Remove or rename it.`);
}

/** With the slash behind it; "" where entries lie at the top. */
function commonFolder(names: readonly string[]): string {
  const [first = ""] = names;
  const folder = first.slice(0, first.indexOf("/") + 1);
  if (folder === "" || folder.startsWith("_") || !names.every((name) => name.startsWith(folder))) return "";
  return names.some((name) => placeOf(name) !== null && name.slice(folder.length) === DOCUMENTS) ? "" : folder;
}

function placeOf(name: string): Place | null {
  const parts = name.split("/");
  const components: string[] = [];
  let at = 0;
  for (; parts[at] === COMPONENTS; at += 2) components.push(parts[at + 1] ?? "");
  const [folder, file, ...more] = parts.slice(at);
  if (folder === undefined || file === undefined || more.length > 0 || components.includes("")) return null;
  return { component: components.join("/"), folder, file };
}
