/** What a person at the board has in hand: the note that is chosen or written in, the next colour, and what they do with it. */
import { useCallback, useEffect, useState } from "react";
import { NOTE_SIZE } from "../../convex/model/limits";
import { isSamePlace, placeForNote } from "../lib/geometry";
import type { NoteActions } from "../lib/noteActions";
import type { Colour, Note, Position } from "../lib/types";
import { useLatest } from "./useLatest";
import type { View } from "./useView";

/** A note is not put exactly on another: it would hide it. */
const CASCADE = 28;

export interface Tools {
  readonly chosen: Note | undefined;
  readonly editedKey: string | null;
  /** Of the chosen note, or of the next one. */
  readonly colour: Colour;
  /** What was done last, for those who do not see it. */
  readonly said: string;
  readonly choose: (key: string | null) => void;
  readonly edit: (key: string | null) => void;
  /** Where its middle will be. */
  readonly add: (middle: Position) => void;
  readonly move: (note: Note, position: Position) => void;
  readonly remove: (note: Note) => void;
  readonly recolour: (colour: Colour) => void;
}

export function useTools(notes: readonly Note[] | undefined, actions: NoteActions, view: View): Tools {
  const [chosenKey, choose] = useState<string | null>(null);
  const [editedKey, edit] = useState<string | null>(null);
  const [nextColour, setNextColour] = useState<Colour>("yellow");
  const [said, say] = useState("");
  const chosen = notes?.find(({ key }) => key === chosenKey);
  const add = (middle: Position) => {
    const key = actions.create(nextColour, freePlace(notes ?? [], middle));
    choose(key);
    edit(key);
  };
  const move = useCallback(
    (note: Note, position: Position) => {
      actions.move(note, position);
      say(`Moved to ${position.x}, ${position.y}.`);
    },
    [actions],
  );
  const remove = useCallback(
    (note: Note) => {
      actions.remove(note);
      say("Deleted. Control Z brings it back.");
      choose(null);
      view.frame.current?.focus({ preventScroll: true });
    },
    [actions, view.frame],
  );
  const recolour = (colour: Colour) => {
    setNextColour(colour);
    if (chosen !== undefined) actions.recolour(chosen, colour);
  };
  useKeys((event) => {
    const hasModifier = event.ctrlKey || event.metaKey;
    if (event.key === "z" && hasModifier && !event.shiftKey) actions.undo();
    else if (event.key === "n" && !hasModifier && !event.altKey) add(view.middle());
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  });
  return { chosen, editedKey, colour: chosen?.colour ?? nextColour, said, choose, edit, add, move, remove, recolour };
}

/** Keys of the whole page, wherever its focus is, but in a field. */
function useKeys(handle: (event: KeyboardEvent) => void): void {
  const latest = useLatest(handle);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isInField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (!isInField && !event.defaultPrevented) latest.current(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [latest]);
}

/** Around a middle. */
function freePlace(notes: readonly Note[], { x, y }: Position): Position {
  let place = placeForNote({ x: x - NOTE_SIZE / 2, y: y - NOTE_SIZE / 2 });
  for (const _ of notes) {
    if (!notes.some(({ position }) => isSamePlace(position, place))) break;
    place = placeForNote({ x: place.x + CASCADE, y: place.y + CASCADE });
  }
  return place;
}
