/** Somebody with the board open: the official React client with the page's own actions and optimistic updates, and all that it showed. */
import { ConvexReactClient, type Watch } from "convex/react";
import type { Value } from "convex/values";
import { mutationNamed, queryNamed, until } from "../harness.js";
import { NODE_WEB_SOCKET } from "../sync/base-client.js";
import { NoteActions, showChanged, showCreated, showRemoved, showRestored } from "./page.js";
import type { Note, Shoal } from "./shoal.js";

const list = queryNamed("notes:list");

export class Person {
  readonly client: ConvexReactClient;
  /** Each state of the notes that was on screen. */
  readonly shown: (readonly Note[])[] = [];
  /** What the page said went wrong. */
  readonly notices: string[] = [];
  readonly actions: InstanceType<typeof NoteActions>;
  readonly #watch: Watch<unknown>;
  pending = 0;

  private constructor(shoal: Shoal, boardId: string) {
    this.client = shoal.server.adopt(new ConvexReactClient(shoal.server.url, { logger: false, unsavedChangesWarning: false, webSocketConstructor: NODE_WEB_SOCKET }));
    this.#watch = this.client.watchQuery(list, { boardId });
    this.#watch.onUpdate(() => this.#look());
    const call = (name: string, optimisticUpdate: typeof showCreated) => (args: Record<string, Value>) => this.client.mutation(mutationNamed(name), args, { optimisticUpdate });
    this.actions = new NoteActions(
      {
        create: call("notes:create", showCreated),
        change: call("notes:change", showChanged),
        remove: call("notes:remove", showRemoved),
        restore: (removed) => call("notes:restore", showRestored(removed)),
      },
      boardId,
      { onPending: (count) => (this.pending = count), onSteps: () => {}, onFailure: (text) => this.notices.push(text) },
    );
  }

  static async open(shoal: Shoal, boardId = shoal.boardId): Promise<Person> {
    const person = new Person(shoal, boardId);
    await until(() => person.shown.length > 0, "the notes");
    return person;
  }

  get notes(): readonly Note[] {
    return this.#watch.localQueryResult() as readonly Note[];
  }

  note(key: string): Note | undefined {
    return this.notes.find((note) => note.key === key);
  }

  /** Everything is answered. */
  async settled(): Promise<void> {
    await until(() => this.pending === 0, "the answers to all changes");
  }

  async sees(condition: (notes: readonly Note[]) => boolean, what: string): Promise<void> {
    await until(() => condition(this.notes), what);
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  #look(): void {
    const notes = this.notes;
    if (notes !== undefined) this.shown.push(notes);
  }
}
