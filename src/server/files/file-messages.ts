/** What the network thread, which moves the bytes of files, asks of the engine, which knows what files there are. */

/** A file in the {@link FileStore}, by the internal id of its document: 32 hexadecimal digits. */
export type FileKey = string;

export const FILE_KEY = /^[0-9a-f]{32}$/;

export type FileRequest =
  /** Before bytes are received → `{}`; refused where the token is no good. */
  | { readonly type: "beginUpload"; readonly token: string }
  /** The bytes are safe under `key`: makes the document → `{ storageId }`. */
  | { readonly type: "finishUpload"; readonly token: string; readonly key: FileKey; /** Hexadecimal. */ readonly sha256: string; readonly size: number; readonly contentType: string | null }
  /** By its name in URLs → {@link FileInfo}; 404 where there is none. */
  | { readonly type: "info"; readonly name: string }
  /** Which of these no document speaks of → `{ unknown: FileKey[] }`. */
  | { readonly type: "unknownKeys"; readonly keys: readonly FileKey[] }
  /** What tells this deployment's files from those of others in one bucket → `{ space }`. */
  | { readonly type: "space" }
  /** Spaces whose objects nobody wants any more → `{ spaces: string[] }`; see left-spaces.ts. */
  | { readonly type: "leftSpaces" }
  /** A restore is about to fill this one: it is left if that fails, and also if the process ends → `{}`. */
  | { readonly type: "leaveSpace"; readonly space: string }
  /** Nothing is left in it → `{}`. */
  | { readonly type: "sweptSpace"; readonly space: string };

export interface FileInfo {
  readonly key: FileKey;
  /** Id of its document. */
  readonly storageId: string;
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string | null;
}
