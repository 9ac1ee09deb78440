/**
 * What the engine does for file storage: the documents of "_storage", upload tokens and their single use, and word of
 * deleted files once the deletion is durable. Bytes never come here.
 */
import type { Commit, Database } from "../../database/database.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { SPACE_PREFIX_LENGTH, documentSpaceOf } from "../../database/keys.js";
import type { DocumentValue } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { FILES_TABLE, StoredFiles } from "../../functions/stored-files.js";
import { decodeId, encodeId } from "../../values/id.js";
import { encodeValue } from "../../values/value.js";
import type { ActionSyscall, ActionSyscalls, SyscallArguments } from "../actions/action-syscalls.js";
import type { EngineReply } from "../engine-messages.js";
import type { FileInfo, FileKey, FileRequest } from "../files/file-messages.js";
import { UPLOAD_START_MS_MAX, type FileUrls, type UploadToken } from "../files/file-urls.js";
import { readLeftSpaces, storeLeftSpaces } from "./left-spaces.js";
import { isTokenUsed, UPLOAD_MS_MAX, useToken } from "./used-tokens.js";

export interface FileServiceOptions {
  readonly database: Database;
  readonly urls: FileUrls;
  readonly nowMs: () => number;
  readonly whenDurable: (ts: number) => Promise<void>;
}

/** As in HTTP: visible ASCII and spaces, so that it can go back into a header as it is. */
const CONTENT_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;

export class FileService {
  readonly #options: FileServiceOptions;

  constructor(options: FileServiceOptions) {
    this.#options = options;
  }

  handle(request: FileRequest): EngineReply {
    switch (request.type) {
      case "beginUpload":
        return this.#withToken(request.token, UPLOAD_START_MS_MAX, () => ok({}));
      case "finishUpload":
        return this.#withToken(request.token, UPLOAD_MS_MAX, (token) => this.#finishUpload(request, token));
      case "info":
        return this.#info(request.name);
      case "unknownKeys":
        return ok({ unknown: request.keys.filter((key) => this.#textOf(Buffer.from(key, "hex")) === undefined) });
      case "space":
        return ok({ space: this.#options.urls.space });
      case "leftSpaces":
        return ok({ spaces: this.#leftSpaces() });
      case "leaveSpace":
        return this.#storeLeftSpaces([...this.#leftSpaces(), request.space]);
      case "sweptSpace":
        return this.#storeLeftSpaces(this.#leftSpaces().filter((space) => space !== request.space));
    }
  }

  /** Never that of this deployment, whatever the database says. */
  #leftSpaces(): string[] {
    return readLeftSpaces(this.#options.database).filter((space) => space !== this.#options.urls.space);
  }

  #storeLeftSpaces(spaces: readonly string[]): EngineReply {
    storeLeftSpaces(this.#options.database, spaces);
    return ok({});
  }

  /** Files whose documents a commit has deleted. */
  deletedBy({ keys }: Commit): FileKey[] {
    const { catalog, reader } = this.#options.database;
    const deleted: FileKey[] = [];
    for (const key of keys) {
      const space = documentSpaceOf(key);
      if (space === null || catalog.tableBySpace(space)?.name !== FILES_TABLE || reader.get(key) !== undefined) continue;
      const id = decodeId(key.slice(SPACE_PREFIX_LENGTH));
      if (id !== null) deleted.push(Buffer.from(id.internal).toString("hex"));
    }
    return deleted;
  }

  /** `ctx.storage` of actions. */
  syscalls(): ActionSyscalls {
    return new Map<string, ActionSyscall>([
      ["1.0/storageGetUrl", this.#reading((files, { storageId }) => files.url(storageId))],
      ["1.0/storageGetMetadata", this.#reading((files, { storageId }) => files.metadata(storageId))],
      // For `storage.get`: see functions/actions/storage-syscalls.ts.
      ["storage/locate", this.#reading((files, { storageId }) => files.metadata(storageId, "get"))],
      ["1.0/storageGenerateUploadUrl", this.#reading((files) => files.uploadUrl(this.#options.nowMs()))],
      ["1.0/storageDelete", async ({ storageId }, { componentPath }) => {
        const transaction = this.#options.database.begin("mutation");
        this.#filesIn(transaction, componentPath).delete(storageId);
        await this.#options.whenDurable(this.#options.database.commit(transaction));
        return "null";
      }],
    ]);
  }

  #reading(read: (files: StoredFiles, args: SyscallArguments) => unknown): ActionSyscall {
    return async (args, { componentPath }) => {
      const transaction = this.#options.database.begin("query");
      const result = JSON.stringify(read(this.#filesIn(transaction, componentPath), args));
      transaction.finish();
      await this.#options.whenDurable(transaction.ts);
      return result;
    };
  }

  #filesIn(transaction: Transaction, namespace: string): StoredFiles {
    return new StoredFiles(transaction, namespace, this.#options.urls);
  }

  #withToken(text: string, msMax: number, use: (token: UploadToken) => EngineReply): EngineReply {
    const token = this.#options.urls.readToken(text);
    if (token === null) return refuse(403, "BadUploadToken", "The upload URL is not one that this deployment made. Get one with `storage.generateUploadUrl` and use it as it is.");
    if (this.#options.nowMs() - token.issuedMs > msMax) {
      return refuse(403, "UploadUrlExpired", `The upload URL has expired: an upload must begin within ${UPLOAD_START_MS_MAX / 3_600_000} hour of \`storage.generateUploadUrl\` and end within ${UPLOAD_MS_MAX / 3_600_000}. Get a new one.`);
    }
    if (isTokenUsed(this.#options.database, token)) return alreadyUsed();
    return use(token);
  }

  #finishUpload({ key, sha256, size, contentType }: FileRequest & { type: "finishUpload" }, token: UploadToken): EngineReply {
    if (contentType !== null && !CONTENT_TYPE.test(contentType)) {
      return refuse(400, "BadContentType", "The Content-Type of an upload must be at most 255 visible ASCII characters, such as \"image/png\". Send another, or none.");
    }
    const { database } = this.#options;
    const transaction = database.begin("mutation", NO_TRANSACTION_LIMITS);
    const table = transaction.ensureTable(token.namespace, FILES_TABLE);
    const storageId = encodeId(table.number, Buffer.from(key, "hex"));
    const value = { _id: storageId, _creationTime: transaction.nextCreationTime(), sha256, size, ...(contentType === null ? {} : { contentType }) };
    transaction.write(table, storageId, null, { text: encodeValue(value), value: value as DocumentValue });
    useToken(transaction, token, this.#options.nowMs());
    database.commit(transaction);
    return ok({ storageId });
  }

  #info(name: string): EngineReply {
    const internalId = this.#options.urls.internalIdOf(name);
    const text = internalId === null ? undefined : this.#textOf(internalId);
    if (internalId === null || text === undefined) return refuse(404, "FileNotFound", "There is no file at this URL: it was deleted, or the URL is not whole.");
    const { _id: storageId, sha256, size, contentType = null } = JSON.parse(text) as { _id: string; sha256: string; size: number; contentType?: string };
    return ok({ key: Buffer.from(internalId).toString("hex"), storageId, sha256, size, contentType } satisfies FileInfo);
  }

  /** The document of this internal id, whichever component it belongs to. */
  #textOf(internalId: Uint8Array): string | undefined {
    const { catalog, reader } = this.#options.database;
    for (const table of catalog.tables()) {
      if (table.name !== FILES_TABLE) continue;
      const text = reader.get(table.documentKey(encodeId(table.number, internalId)));
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

function ok(body: object): EngineReply {
  return { ok: true, body: JSON.stringify(body) };
}

function refuse(status: number, code: string, message: string): EngineReply {
  return { ok: false, failure: "request", status, code, message };
}

function alreadyUsed(): EngineReply {
  return refuse(403, "UploadUrlUsed", "The upload URL has been used: each is good for one file. Get another with `storage.generateUploadUrl`.");
}
