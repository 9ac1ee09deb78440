/** How an app's own front-end uses it, in a test written for it. */
import type { TestServer } from "../../harness.js";

export interface Use {
  /** Its path in the collection. */
  readonly app: string;
  readonly shows: string;
  /** For `rivulet start`. */
  readonly flags?: readonly string[];
  /** Queries that `Exercise` need not see again. */
  readonly momentary?: readonly string[];
  /** Before the push, in the copy that will be pushed. */
  prepare?(folder: string): Promise<void>;
  run(server: TestServer, folder: string): Promise<void>;
}
