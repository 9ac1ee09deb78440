/** What a person at the board has in hand: the note that is chosen or written in, the next colour, and what they do with it. */
import { useCallback, useEffect, useState } from "react";
import { NOTE_SIZE } from "../../convex/model/limits";
import { placeForNote } from "../lib/geometry";
import type { NoteActions } from "../lib/noteActions";
import type { Colour, Note, Position } from "../lib/types";
import { useLatest } from "./useLatest";
import type { View } from "./useView";

/** From one place that is tried for a new note to the next. */
const RING = 0.75 * NOTE_SIZE;
const RINGS_MAX = 4;
const DIRECTIONS = 8;

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

/** Around a middle, as near as can be without hiding another note; in the middle where there is no such place. */
function freePlace(notes: readonly Note[], middle: Position): Position {
  return placesAround(middle).find((place) => !notes.some(({ position }) => hides(place, position))) ?? placesAround(middle)[0]!;
}

function placesAround({ x, y }: Position): Position[] {
  const corner = { x: x - NOTE_SIZE / 2, y: y - NOTE_SIZE / 2 };
  const rings = Array.from({ length: RINGS_MAX * DIRECTIONS }, (_, index) => {
    const radius = RING * (1 + Math.floor(index / DIRECTIONS));
    const angle = (2 * Math.PI * (index % DIRECTIONS)) / DIRECTIONS;
    return placeForNote({ x: corner.x + radius * Math.cos(angle), y: corner.y + radius * Math.sin(angle) });
  });
  return [placeForNote(corner), ...rings];
}

/** A corner may lie on another; what is written there may not be covered. */
function hides(a: Position, b: Position): boolean {
  return Math.abs(a.x - b.x) < RING && Math.abs(a.y - b.y) < RING;
}
