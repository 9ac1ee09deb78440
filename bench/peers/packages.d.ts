/** What the peers use of packages that are installed beside them only (`npm run install:peers`): the type check needs none of them. */

declare module "libsql" {
  export interface Statement {
    run(...parameters: readonly unknown[]): unknown;
    get(...parameters: readonly unknown[]): unknown;
    /** Rows as arrays from now on. */
    raw(isRaw: boolean): this;
  }

  export default class Database {
    constructor(path: string);
    pragma(text: string): unknown;
    exec(sql: string): void;
    prepare(sql: string): Statement;
    close(): void;
  }
}

declare module "pg" {
  export interface QueryConfig {
    /** Of a statement that each connection prepares once. */
    readonly name?: string;
    readonly text: string;
    readonly values?: readonly unknown[];
  }

  export interface PoolConfig {
    /** A folder stands for the Unix socket in it. */
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly max: number;
    readonly min?: number;
    readonly idleTimeoutMillis?: number;
  }

  export class Pool {
    constructor(config: PoolConfig);
    query<Row>(query: QueryConfig | string): Promise<{ readonly rows: readonly Row[] }>;
    end(): Promise<void>;
  }

  const pg: { readonly Pool: typeof Pool };
  export default pg;
}
