/** Colours of notes by their names, and colours of people by their seats. */
import type { Colour } from "./types";

export const COLOURS: readonly { readonly colour: Colour; readonly name: string }[] = [
  { colour: "yellow", name: "Yellow" },
  { colour: "coral", name: "Coral" },
  { colour: "rose", name: "Rose" },
  { colour: "lilac", name: "Lilac" },
  { colour: "sky", name: "Sky blue" },
  { colour: "mint", name: "Mint" },
];

export const nameOfColour = (colour: Colour): string => COLOURS.find((candidate) => candidate.colour === colour)!.name;

/** Degrees: each seat is as far as can be from all before it. */
const GOLDEN_ANGLE = 137.5;

/** All equally dark, so that white text is legible on each. */
export const colourOfSeat = (seat: number): string => `oklch(52% 0.16 ${(20 + seat * GOLDEN_ANGLE) % 360})`;

/** "AL" of "Ada Lovelace" */
export function initialsOf(name: string): string {
  const words = name.split(" ");
  const letters = words.length === 1 ? [...name].slice(0, 1) : [[...words[0]!][0]!, [...words.at(-1)!][0]!];
  return letters.join("").toLocaleUpperCase();
}
