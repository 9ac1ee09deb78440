/**
 * The page's own parts, for tests without a page. They are compiled as bundlers resolve modules, not as Node does, so their types are
 * told here.
 */
import { join } from "node:path";
import type { OptimisticUpdate } from "convex/browser";
import type { Value } from "convex/values";
import { ROOT } from "../harness.js";
import type { Note, Position } from "./shoal.js";

const LIB = join(ROOT, "examples", "board", "src", "lib");

type Update = OptimisticUpdate<Record<string, Value>>;

interface NoteUpdates {
  readonly showCreated: Update;
  readonly showChanged: Update;
  readonly showRemoved: Update;
  showRestored(removed: Note): Update;
}

export interface VisitCalls {
  join(): Promise<number>;
  move(cursor: Position): Promise<boolean>;
  heartbeat(): Promise<boolean>;
  leave(): Promise<unknown>;
}

interface VisitModule {
  readonly Visit: new (calls: VisitCalls, events: { onSeat(seat: number | null): void; onRefused(error: unknown): void }) => { moveTo(cursor: Position): void; close(): void };
}

interface Actions {
  create(colour: string, position: Position): string;
  move(note: Note, position: Position): void;
  recolour(note: Note, colour: string): void;
  write(key: string, text: string): void;
  finishWriting(key: string, before: string, text: string): void;
  remove(note: Note): void;
  undo(): void;
}

type Call = (args: Record<string, Value>) => Promise<unknown>;

interface ActionsModule {
  readonly NoteActions: new (
    calls: { create: Call; change: Call; remove: Call; restore: (removed: Note) => Call },
    boardId: string,
    events: { onPending(count: number): void; onSteps(count: number): void; onFailure(text: string): void },
  ) => Actions;
}

export const { showCreated, showChanged, showRemoved, showRestored } = (await import(join(LIB, "noteUpdates.ts"))) as NoteUpdates;
export const { Visit } = (await import(join(LIB, "visit.ts"))) as VisitModule;
export const { NoteActions } = (await import(join(LIB, "noteActions.ts"))) as ActionsModule;
