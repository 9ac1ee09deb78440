/**
 * Node + Postgres: a pool of connections over a Unix socket, every transfer a serializable transaction in one round trip,
 * tried again where Postgres finds that it cannot be serialized. Called with the folder of the socket and the number of
 * accounts.
 *
 * The transaction is one call of a PL/pgSQL function: statement by statement it would be six round trips, with the
 * connection's transaction open all the while. It writes the lower id first, so that transfers wait for each other but never
 * in a circle. The table leaves room in its pages, so that an update touches no index.
 */
import pg from "pg";
import { listenForParent } from "../servers/ready.js";
import { accountServer, OPENING_BALANCE, type Accounts, type Transfer } from "./account-server.js";
import { POSTGRES_PORT, POSTGRES_USER } from "./postgres-cluster.js";

const CONNECTIONS = 16;
const ATTEMPTS_MAX = 1_000;
/** What must be tried again: a serialization failure, a deadlock. */
const RETRIED_CODES: ReadonlySet<unknown> = new Set(["40001", "40P01"]);

const SCHEMA = `
  CREATE TABLE accounts (id integer PRIMARY KEY, owner text NOT NULL, balance double precision NOT NULL) WITH (fillfactor = 50);
  CREATE INDEX accounts_by_owner ON accounts (owner);
  CREATE FUNCTION transfer(source integer, target integer, amount double precision) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    source_balance double precision;
    target_balance double precision;
  BEGIN
    SELECT balance INTO STRICT source_balance FROM accounts WHERE id = source;
    SELECT balance INTO STRICT target_balance FROM accounts WHERE id = target;
    IF source < target THEN
      UPDATE accounts SET balance = source_balance - amount WHERE id = source;
      UPDATE accounts SET balance = target_balance + amount WHERE id = target;
    ELSE
      UPDATE accounts SET balance = target_balance + amount WHERE id = target;
      UPDATE accounts SET balance = source_balance - amount WHERE id = source;
    END IF;
  END $$;
`;

class PostgresAccounts implements Accounts {
  #transfers = 0;
  #retries = 0;

  constructor(private readonly pool: InstanceType<typeof pg.Pool>) {}

  async open(accounts: number): Promise<void> {
    await this.pool.query(SCHEMA);
    await this.pool.query({ text: "INSERT INTO accounts SELECT id, 'owner ' || id, $2 FROM generate_series(1, $1) AS id", values: [accounts, OPENING_BALANCE] });
    await this.pool.query("VACUUM ANALYZE accounts");
  }

  /** On a connection taken from the pool: the pool's own `query` would end it with each failure, and start a new one. */
  async transfer({ from, to, amount }: Transfer): Promise<void> {
    const client = await this.pool.connect();
    try {
      await this.#serialize(() => client.query({ name: "transfer", text: "SELECT transfer($1, $2, $3)", values: [from, to, amount] }));
      this.#transfers++;
    } finally {
      client.release();
    }
  }

  async #serialize(run: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await run();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !(error instanceof Error && "code" in error && RETRIED_CODES.has(error.code))) throw error;
        this.#retries++;
      }
    }
  }

  async state(): Promise<{ total: number; counters: Record<string, number> }> {
    const { rows } = await this.pool.query<{ total: number }>("SELECT sum(balance) AS total FROM accounts");
    return { total: rows[0]!.total, counters: { transfers: this.#transfers, retries: this.#retries } };
  }
}

const [folder = ".", accounts = "0"] = process.argv.slice(2);
const pool = new pg.Pool({ host: folder, port: POSTGRES_PORT, user: POSTGRES_USER, database: "postgres", max: CONNECTIONS, idleTimeoutMillis: 0 });
const postgres = new PostgresAccounts(pool);
await postgres.open(Number(accounts));
listenForParent(accountServer(postgres), () => pool.end());
