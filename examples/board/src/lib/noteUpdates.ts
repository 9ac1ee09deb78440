/**
 * What each mutation does to the notes on screen before the server has answered. The client applies these to the newest state that
 * the server has told, again whenever that changes, until the mutation is answered: so each is a function of the list it is given,
 * and does nothing where the note is not in it.
 */
import type { OptimisticUpdate } from "convex/browser";
import type { FunctionArgs } from "convex/server";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import type { Note } from "./types";

type Update<Mutation extends keyof typeof api.notes> = OptimisticUpdate<FunctionArgs<(typeof api.notes)[Mutation]>>;
type Store = Parameters<Update<"create">>[0];

export const showCreated: Update<"create"> = (store, { boardId, key, text, colour, position }) => {
  change(store, boardId, (notes) => (has(notes, key) ? notes : [...notes, { key, text, colour, position, placedAt: above(notes) }]));
};

export const showChanged: Update<"change"> = (store, { boardId, key, change: { text, colour, position } }) => {
  change(store, boardId, (notes) =>
    notes.map((note) => {
      if (note.key !== key) return note;
      const placedAt = position === undefined ? note.placedAt : above(notes);
      return { key, text: text ?? note.text, colour: colour ?? note.colour, position: position ?? note.position, placedAt };
    }),
  );
};

export const showRemoved: Update<"remove"> = (store, { boardId, key }) => {
  change(store, boardId, (notes) => notes.filter((note) => note.key !== key));
};

/** The server has kept the note; the page has what it looked like. */
export function showRestored(removed: Note): Update<"restore"> {
  return (store, { boardId }) => {
    change(store, boardId, (notes) => (has(notes, removed.key) ? notes : [...notes, removed]));
  };
}

/** No-op while the list has not come. */
function change(store: Store, boardId: Id<"boards">, changed: (notes: Note[]) => Note[]): void {
  const notes = store.getQuery(api.notes.list, { boardId });
  if (notes !== undefined) store.setQuery(api.notes.list, { boardId }, changed(notes));
}

const has = (notes: readonly Note[], key: string): boolean => notes.some((note) => note.key === key);

/** Not the time: run again, an update gives the same. */
const above = (notes: readonly Note[]): number => 1 + Math.max(0, ...notes.map(({ placedAt }) => placedAt));
