/**
 * What a person does with the notes of a board: the call, how it is taken back, and what is said where it was refused. Undo tells the
 * server what it expects to find, so it never takes back what another wrote. Not here: what is shown meanwhile (`noteUpdates.ts`).
 */
import type { FunctionArgs } from "convex/server";
import type { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { describeFailure } from "./failure";
import { isSamePlace } from "./geometry";
import { randomDigits } from "./random";
import type { Colour, Note, Position } from "./types";
import { UndoHistory } from "./undo";

type Call<Mutation extends keyof typeof api.notes> = (args: FunctionArgs<(typeof api.notes)[Mutation]>) => Promise<null>;

export interface NoteCalls {
  readonly create: Call<"create">;
  readonly change: Call<"change">;
  readonly remove: Call<"remove">;
  /** @param removed what it looked like */
  readonly restore: (removed: Note) => Call<"restore">;
}

export interface NoteEvents {
  onPending(count: number): void;
  /** How much can be undone. */
  onSteps(count: number): void;
  /** A sentence for the person at the page. */
  onFailure(text: string): void;
}

type Content = Partial<Pick<Note, "text" | "colour" | "position">>;

export class NoteActions {
  readonly #history: UndoHistory;
  #pending = 0;

  constructor(
    private readonly calls: NoteCalls,
    private readonly boardId: Id<"boards">,
    private readonly events: NoteEvents,
  ) {
    this.#history = new UndoHistory((count) => events.onSteps(count));
  }

  /** @returns its key, by which it can be changed at once */
  create(colour: Colour, position: Position): string {
    const key = randomDigits();
    const content = { text: "", colour, position };
    this.#do("The note was not added", () => this.calls.create({ ...this.#of(key), ...content }), () => this.#remove(key, content));
    return key;
  }

  move({ key, position: before }: Note, position: Position): void {
    if (!isSamePlace(before, position)) this.#changeWithUndo("The note was not moved", key, { position }, { position: before });
  }

  recolour({ key, colour: before }: Note, colour: Colour): void {
    if (before !== colour) this.#changeWithUndo("The colour was not changed", key, { colour }, { colour: before });
  }

  /** While somebody writes; nothing is there to undo until they have finished. */
  write(key: string, text: string): void {
    this.#do("The text was not saved", () => this.#change(key, { text }));
  }

  /** Somebody has written what is in the note now. */
  finishWriting(key: string, before: string, text: string): void {
    if (before !== text) this.#history.add({ undo: () => this.#change(key, { text: before }, { text }) });
  }

  remove(note: Note): void {
    this.#do("The note was not deleted", () => this.#remove(note.key), () => this.calls.restore(note)(this.#of(note.key)));
  }

  undo(): void {
    const step = this.#history.takeLast();
    if (step !== undefined) this.#do("Nothing was undone", step.undo);
  }

  #changeWithUndo(attempt: string, key: string, change: Content, before: Content): void {
    this.#do(attempt, () => this.#change(key, change), () => this.#change(key, before, change));
  }

  #change(key: string, change: Content, expected?: Content): Promise<null> {
    return this.calls.change({ ...this.#of(key), change, ...(expected === undefined ? {} : { expected }) });
  }

  #remove(key: string, expected?: Content): Promise<null> {
    return this.calls.remove({ ...this.#of(key), ...(expected === undefined ? {} : { expected }) });
  }

  #of(key: string): { boardId: Id<"boards">; key: string } {
    return { boardId: this.boardId, key };
  }

  #do(attempt: string, call: () => Promise<unknown>, undo?: () => Promise<unknown>): void {
    const step = undo === undefined ? null : { undo };
    if (step !== null) this.#history.add(step);
    this.#count(1);
    call()
      .catch((error: unknown) => {
        if (step !== null) this.#history.forget(step);
        this.events.onFailure(describeFailure(attempt, error));
      })
      .finally(() => this.#count(-1))
      .catch(console.error);
  }

  #count(change: number): void {
    this.#pending += change;
    this.events.onPending(this.#pending);
  }
}
