/**
 * What the source has of a subject: the validators of the schema, and the way from an answer's body to a value that fits
 * them. Nothing of ours is in a payload, no times and no ids, so that it can be wiped and fetched again.
 */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { BOARDS_MAX, KEY_LENGTH_MAX, LINKS_MAX, NOTES_MAX, TEXT_LENGTH_MAX, TITLE_LENGTH_MAX } from "./limits";
import { boardKey, CATALOGUE } from "./keys";

export const NOTE_COLOURS = ["yellow", "pink", "blue", "green", "orange"] as const;

const note = v.object({
  id: v.string(),
  text: v.string(),
  colour: v.union(v.literal("yellow"), v.literal("pink"), v.literal("blue"), v.literal("green"), v.literal("orange")),
  /** Of its centre, from 0 to 1000 both ways. */
  x: v.number(),
  y: v.number(),
  votes: v.number(),
});

const link = v.object({ from: v.string(), to: v.string() });

export const board = v.object({ kind: v.literal("board"), title: v.string(), team: v.string(), notes: v.array(note), links: v.array(link) });
export const catalogue = v.object({
  kind: v.literal("catalogue"),
  boards: v.array(v.object({ id: v.string(), title: v.string(), team: v.string() })),
});
export const payload = v.union(catalogue, board);

export type Payload = Infer<typeof payload>;
export type Board = Infer<typeof board>;
export type Catalogue = Infer<typeof catalogue>;
export type Note = Infer<typeof note>;

/** What is wrong with an answer of the source. */
export class BadAnswer extends Error {}

/** @throws BadAnswer */
export function parsePayload(key: string, body: string): Payload {
  const fields = object(parseJson(body), "The answer");
  return key === CATALOGUE ? parseCatalogue(fields) : parseBoard(fields);
}

type Fields = Readonly<Record<string, unknown>>;

function parseCatalogue(fields: Fields): Catalogue {
  const boards = list(fields, "boards", BOARDS_MAX).map((entry) => {
    const listed = object(entry, "A board");
    return { id: text(listed, "id", KEY_LENGTH_MAX - boardKey("").length), title: text(listed, "title", TITLE_LENGTH_MAX), team: text(listed, "team", TITLE_LENGTH_MAX) };
  });
  requireDistinct(boards);
  return { kind: "catalogue", boards };
}

function parseBoard(fields: Fields): Board {
  const notes = list(fields, "notes", NOTES_MAX).map(parseNote);
  requireDistinct(notes);
  const links = list(fields, "links", LINKS_MAX).map((entry) => {
    const joined = object(entry, "A link");
    return { from: text(joined, "from", KEY_LENGTH_MAX), to: text(joined, "to", KEY_LENGTH_MAX) };
  });
  return { kind: "board", title: text(fields, "title", TITLE_LENGTH_MAX), team: text(fields, "team", TITLE_LENGTH_MAX), notes, links };
}

function parseNote(entry: unknown): Note {
  const fields = object(entry, "A note");
  const colour = NOTE_COLOURS.find((known) => known === fields["colour"]);
  if (colour === undefined) throw new BadAnswer(`A note's colour must be one of ${NOTE_COLOURS.join(", ")}.`);
  const place = { x: number(fields, "x"), y: number(fields, "y") };
  return { id: text(fields, "id", KEY_LENGTH_MAX), text: text(fields, "text", TEXT_LENGTH_MAX), colour, ...place, votes: number(fields, "votes") };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadAnswer("The answer is not JSON.");
  }
}

function object(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new BadAnswer(`${what} must be a JSON object.`);
}

function list(fields: Fields, name: string, max: number): unknown[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length <= max) return value;
  throw new BadAnswer(`${name} must be a list of at most ${max} entries.`);
}

function text(fields: Fields, name: string, lengthMax: number): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "" && value.length <= lengthMax) return value;
  throw new BadAnswer(`${name} must be a text of 1 to ${lengthMax} characters.`);
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new BadAnswer(`${name} must be a number.`);
}

function requireDistinct(entries: readonly { id: string }[]): void {
  if (new Set(entries.map(({ id }) => id)).size < entries.length) throw new BadAnswer("Two entries have the same id.");
}
