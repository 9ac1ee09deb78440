/** The board as its tests use it: pushed with the public CLI, with one board that nobody is on yet. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { mutationNamed, queryNamed, ROOT, startServer, type ServerOptions, type TestServer } from "../harness.js";

const BOARD = join(ROOT, "examples", "board");
export const NOTES_MAX = 200;
export const PRESENCE_MS = 25_000;

export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Note {
  readonly key: string;
  readonly text: string;
  readonly colour: string;
  readonly position: Position;
  readonly placedAt: number;
}

export interface Cursor extends Position {
  readonly seat: number;
}

export interface Visitor {
  readonly seat: number;
  readonly name: string;
}

/** A key of a note or a secret of a visitor, as pages make them. */
export const random = (): string => randomBytes(16).toString("hex");

export class Shoal implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    readonly boardId: string,
  ) {}

  static async start(options: ServerOptions = {}): Promise<Shoal> {
    const server = await startServer(options);
    try {
      await server.deploy(BOARD);
      return new Shoal(server, (await server.http().mutation(mutationNamed("boards:create"), { name: "Tests" })) as string);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Another one, which no other test uses. */
  async newBoard(): Promise<string> {
    return (await this.mutate("boards:create", { name: "Another" })) as string;
  }

  /** @returns a board with as many notes as there may be, and their keys in their order */
  async fullBoard(): Promise<{ boardId: string; keys: string[] }> {
    const boardId = await this.newBoard();
    const keys = Array.from({ length: NOTES_MAX }, random);
    const client = this.server.client();
    await Promise.all(keys.map(async (key, index) => await client.mutation(mutationNamed("notes:create"), { boardId, key, text: `${index}`, colour: "coral", position: { x: 11 * index, y: 7 * index } })));
    await client.close();
    return { boardId, keys };
  }

  async query(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.server.http().query(queryNamed(name), args);
  }

  async mutate(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.server.http().mutation(mutationNamed(name), args);
  }

  async notes(boardId = this.boardId): Promise<Note[]> {
    return (await this.query("notes:list", { boardId })) as Note[];
  }

  async here(boardId = this.boardId): Promise<Visitor[]> {
    return (await this.query("presence:here", { boardId })) as Visitor[];
  }

  async cursors(boardId = this.boardId): Promise<Cursor[]> {
    return (await this.query("presence:cursors", { boardId })) as Cursor[];
  }

  /** Runs of live queries so far. */
  async runs(): Promise<number> {
    return await this.server.metric("rivulet_engine_live_query_runs_total");
  }

  /** Runs of functions so far, those of live queries among them. */
  async executions(): Promise<number> {
    return await this.server.metric("rivulet_engine_executions_total");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
