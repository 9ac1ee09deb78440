/**
 * The admin keys of a deployment: who may push code, see everything and act as any user. A key is the text
 * `name|secret`. The file `admin-keys.json` in the data folder holds only a hash of each secret, so it lets nobody in;
 * a key is therefore shown once, when it is made. The file is replaced whole and read again when it changed: keys
 * made or revoked by the command line count at once for a server that runs. Both threads of a server read it.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileVersion, replacePrivateFile } from "./private-file.js";

export interface AdminKeyEntry {
  readonly name: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly revokedAt?: string;
}

export class AdminKeyError extends Error {
  override readonly name = "AdminKeyError";
}

export const ADMIN_KEYS_FILE = "admin-keys.json";
const NAME_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
/** No colon: what follows one in an Authorization header is an identity to act as. */
const SECRET_PATTERN = /^[^\s:|]{16,}$/;
const SECRET_BYTES = 32;

export class AdminKeys {
  #entries: readonly AdminKeyEntry[] = [];
  /** Identity of the file that `#entries` were read from; null when there was none. */
  #fileVersion: string | null = null;

  private constructor(
    private readonly folder: string,
    private readonly preset: AdminKeyEntry | null,
  ) {}

  /** Makes the folder where it is missing. `presetKey` is one more valid key that is in no file: `RIVULET_ADMIN_KEY`. */
  static open(folder: string, presetKey?: string): AdminKeys {
    mkdirSync(folder, { recursive: true });
    const keys = new AdminKeys(folder, presetKey === undefined ? null : presetEntry(presetKey));
    keys.#refresh();
    return keys;
  }

  /** Makes a key and returns its text, which cannot be had again. */
  create(name: string): string {
    if (!NAME_PATTERN.test(name)) {
      throw new AdminKeyError(`"${name}" cannot be the name of an admin key: use 1 to 64 letters, digits, "_" and "-".`);
    }
    this.#refresh();
    if (this.list().some((entry) => entry.name === name && entry.revokedAt === undefined)) {
      throw new AdminKeyError(`There is an admin key named "${name}" already. Choose another name, or revoke it first.`);
    }
    const secret = randomBytes(SECRET_BYTES).toString("hex");
    this.#write([...this.#entries, { name, sha256: hash(secret).toString("hex"), createdAt: new Date().toISOString() }]);
    return `${name}|${secret}`;
  }

  /** Revoked keys are in it too, the preset key is not. */
  list(): readonly AdminKeyEntry[] {
    this.#refresh();
    return this.#entries;
  }

  revoke(name: string): void {
    this.#refresh();
    if (!this.#entries.some((entry) => entry.name === name && entry.revokedAt === undefined)) {
      throw new AdminKeyError(`There is no valid admin key named "${name}".`);
    }
    const revokedAt = new Date().toISOString();
    this.#write(this.#entries.map((entry) => (entry.name === name && entry.revokedAt === undefined ? { ...entry, revokedAt } : entry)));
  }

  /** Null when the key is not valid. Takes the same time wherever a wrong secret differs. */
  check(key: string): { readonly name: string } | null {
    this.#refresh();
    const separator = key.indexOf("|");
    const name = key.slice(0, separator);
    const presented = hash(key.slice(separator + 1));
    const candidates = this.preset === null ? this.#entries : [this.preset, ...this.#entries];
    const valid = candidates.some(
      (entry) => entry.name === name && entry.revokedAt === undefined && timingSafeEqual(presented, Buffer.from(entry.sha256, "hex")),
    );
    return valid ? { name } : null;
  }

  get #path(): string {
    return join(this.folder, ADMIN_KEYS_FILE);
  }

  #refresh(): void {
    const version = fileVersion(this.#path);
    if (version === this.#fileVersion) return;
    this.#entries = version === null ? [] : parseEntries(readFileSync(this.#path, "utf8"), this.#path);
    this.#fileVersion = version;
  }

  #write(entries: readonly AdminKeyEntry[]): void {
    replacePrivateFile(this.#path, JSON.stringify({ keys: entries }, null, 2) + "\n");
    this.#refresh();
  }
}

function presetEntry(key: string): AdminKeyEntry {
  const [name = "", secret = "", ...rest] = key.split("|");
  if (rest.length > 0 || !NAME_PATTERN.test(name) || !SECRET_PATTERN.test(secret)) {
    throw new AdminKeyError(
      "RIVULET_ADMIN_KEY must have the form name|secret: a name of letters, digits, \"_\" and \"-\", and a secret of at least 16 characters without spaces, \":\" or \"|\".",
    );
  }
  return { name, sha256: hash(secret).toString("hex"), createdAt: new Date().toISOString() };
}

function parseEntries(text: string, path: string): readonly AdminKeyEntry[] {
  try {
    const { keys } = JSON.parse(text) as { keys: unknown };
    if (Array.isArray(keys) && keys.every(isEntry)) return keys;
  } catch (error) {
    throw new AdminKeyError(`${path} is not readable: ${(error as Error).message}. Restore it, or delete it and make new keys.`, { cause: error });
  }
  throw new AdminKeyError(`${path} does not hold admin keys. Restore it, or delete it and make new keys.`);
}

function isEntry(value: unknown): value is AdminKeyEntry {
  if (typeof value !== "object" || value === null) return false;
  const { name, sha256, createdAt, revokedAt } = value as Record<string, unknown>;
  return (
    typeof name === "string" &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof createdAt === "string" &&
    (revokedAt === undefined || typeof revokedAt === "string")
  );
}

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
