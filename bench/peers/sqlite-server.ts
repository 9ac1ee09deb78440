/**
 * Node + SQLite: one file in WAL mode, `synchronous` FULL, prepared statements. Called with a folder, the number of
 * accounts, and how it commits:
 *
 * - `each`: every request is a transaction of its own, on disk before its answer;
 * - `batched`: requests that arrive in one turn of the event loop share a transaction, and are answered once that is on disk.
 */
import { join } from "node:path";
import Database, { type Statement } from "libsql";
import { listenForParent } from "../servers/ready.js";
import { accountServer, OPENING_BALANCE, type Accounts, type PeerState, type Transfer } from "./account-server.js";

class SqliteFile {
  readonly #database: Database;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #balance: Statement;
  readonly #setBalance: Statement;
  #commits = 0;
  #transfers = 0;

  constructor(path: string, accounts: number) {
    const database = new Database(path);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.exec("CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, balance REAL NOT NULL)");
    database.exec("CREATE INDEX accounts_by_owner ON accounts (owner)");
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#balance = database.prepare("SELECT balance FROM accounts WHERE id = ?").raw(true);
    this.#setBalance = database.prepare("UPDATE accounts SET balance = ? WHERE id = ?");
    this.#open(accounts);
  }

  /** On disk when it returns; what throws leaves nothing behind. */
  transaction(work: () => void): void {
    this.#begin.run();
    try {
      work();
      this.#commit.run();
    } catch (error) {
      this.#rollback.run();
      throw error;
    }
    this.#commits++;
  }

  /** Within a transaction. Throws before it writes where an account is missing. */
  transfer({ from, to, amount }: Transfer): void {
    const source = this.#balanceOf(from);
    const target = this.#balanceOf(to);
    this.#setBalance.run(source - amount, from);
    this.#setBalance.run(target + amount, to);
    this.#transfers++;
  }

  state(): PeerState {
    const [total] = this.#database.prepare("SELECT sum(balance) FROM accounts").raw(true).get() as [number];
    return { total, counters: { transfers: this.#transfers, commits: this.#commits } };
  }

  close(): void {
    this.#database.close();
  }

  #balanceOf(id: number): number {
    const row = this.#balance.get(id) as [number] | undefined;
    if (row === undefined) throw new Error(`There is no account ${id}.`);
    return row[0];
  }

  #open(accounts: number): void {
    const insert = this.#database.prepare("INSERT INTO accounts (id, owner, balance) VALUES (?, ?, ?)");
    this.transaction(() => {
      for (let id = 1; id <= accounts; id++) insert.run(id, `owner ${id}`, OPENING_BALANCE);
    });
  }
}

function committedEach(file: SqliteFile): Accounts {
  return {
    transfer: (transfer) => file.transaction(() => file.transfer(transfer)),
    state: () => file.state(),
  };
}

interface Waiting {
  readonly transfer: Transfer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function committedInBatches(file: SqliteFile): Accounts {
  let batch: Waiting[] = [];
  const commit = () => {
    const waiting = batch;
    batch = [];
    commitBatch(file, waiting);
  };
  return {
    transfer: (transfer) =>
      new Promise<void>((resolve, reject) => {
        if (batch.push({ transfer, resolve, reject }) === 1) setImmediate(commit);
      }),
    state: () => file.state(),
  };
}

/** A transfer that throws wrote nothing, so the others of its batch are committed without it. */
function commitBatch(file: SqliteFile, batch: readonly Waiting[]): void {
  const done: Waiting[] = [];
  try {
    file.transaction(() => {
      for (const waiting of batch) {
        try {
          file.transfer(waiting.transfer);
          done.push(waiting);
        } catch (error) {
          waiting.reject(error);
        }
      }
    });
  } catch (error) {
    for (const { reject } of done) reject(error);
    return;
  }
  for (const { resolve } of done) resolve();
}

const [folder = ".", accounts = "0", commits = "each"] = process.argv.slice(2);
const file = new SqliteFile(join(folder, "accounts.db"), Number(accounts));
listenForParent(accountServer(commits === "batched" ? committedInBatches(file) : committedEach(file)), () => file.close());
