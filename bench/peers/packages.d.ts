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

  export interface PoolClient {
    query(query: QueryConfig): Promise<unknown>;
    /** Keeps the connection for the next who asks. */
    release(): void;
  }

  export class Pool {
    constructor(config: PoolConfig);
    connect(): Promise<PoolClient>;
    /** Ends the connection where the query fails. */
    query<Row>(query: QueryConfig | string): Promise<{ readonly rows: readonly Row[] }>;
    end(): Promise<void>;
  }

  const pg: { readonly Pool: typeof Pool };
  export default pg;
}

declare module "express" {
  import type { RequestListener } from "node:http";

  /** A handler of `node:http` as well. */
  export type Application = RequestListener & { use(route: string, handler: RequestListener): void };
  export default function express(): Application;
}

declare module "parse-server" {
  import type { RequestListener, Server } from "node:http";

  export interface LiveQueryServerOptions {
    readonly appId: string;
    readonly logLevel: string;
  }

  export class ParseServer {
    constructor(options: object);
    readonly app: RequestListener;
    start(): Promise<unknown>;
    static createLiveQueryServer(http: Server, liveQueryOptions: LiveQueryServerOptions, options: object): Promise<unknown>;
  }
}
