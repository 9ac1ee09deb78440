/**
 * The boards of the outside system, and how they change: a stand-in for a tool that other people work with. The same seed
 * and the same number of changes give the same boards.
 */
import { randomFrom, type Random } from "./random.js";
import { PLANS, STICKIES, TEAMS } from "./texts.js";

const COLOURS = ["yellow", "pink", "blue", "green", "orange"] as const;
const NOTES_AT_FIRST = { min: 5, max: 11 };
const NOTES_MAX = 16;
/** Columns and rows on which notes are put, with a little disorder. */
const GRID = { columns: 5, rows: 4, jitter: 46 };

export interface Note {
  readonly id: string;
  text: string;
  colour: (typeof COLOURS)[number];
  /** Of its centre, from 0 to 1000 both ways. */
  x: number;
  y: number;
  votes: number;
}

export interface Board {
  readonly id: string;
  readonly title: string;
  readonly team: string;
  readonly notes: Note[];
  links: { from: string; to: string }[];
}

export class World {
  readonly #boards = new Map<string, Board>();
  readonly #random: Random;
  #notesMade = 0;

  constructor(boardCount: number, seed = 1) {
    this.#random = randomFrom(seed);
    for (let number = 1; number <= boardCount; number++) this.#add(number);
  }

  get ids(): string[] {
    return [...this.#boards.keys()];
  }

  get catalogue(): { boards: { id: string; title: string; team: string }[] } {
    return { boards: [...this.#boards.values()].map(({ id, title, team }) => ({ id, title, team })) };
  }

  board(id: string): Board | undefined {
    return this.#boards.get(id);
  }

  /** Somebody works on one of the boards. */
  changeAny(): void {
    this.change(this.#random.pick(this.ids));
  }

  change(id: string): void {
    const board = this.#boards.get(id);
    if (board === undefined) throw new Error(`There is no board ${id}.`);
    const note = this.#random.pick(board.notes);
    const roll = this.#random.below(10);
    if (roll < 4) this.#move(board, note);
    else if (roll < 7) note.votes++;
    else if (roll < 9 && board.notes.length < NOTES_MAX) this.#addNote(board);
    else if (board.notes.length > NOTES_AT_FIRST.min) this.#removeNote(board, note);
    else note.votes++;
  }

  remove(id: string): void {
    this.#boards.delete(id);
  }

  #add(number: number): void {
    const plan = PLANS[(number - 1) % PLANS.length]!;
    const round = Math.floor((number - 1) / PLANS.length);
    const board: Board = { id: `board-${number}`, title: round === 0 ? plan : `${plan} ${round + 1}`, team: TEAMS[(number - 1) % TEAMS.length]!, notes: [], links: [] };
    const count = NOTES_AT_FIRST.min + this.#random.below(NOTES_AT_FIRST.max - NOTES_AT_FIRST.min + 1);
    for (let made = 0; made < count; made++) this.#addNote(board);
    for (let joined = 0; joined < 2; joined++) this.#link(board);
    this.#boards.set(board.id, board);
  }

  #addNote(board: Board): void {
    const id = `note-${++this.#notesMade}`;
    const used = new Set(board.notes.map(({ text }) => text));
    const text = this.#random.pick(STICKIES.filter((sticky) => !used.has(sticky)));
    board.notes.push({ id, text, colour: this.#random.pick(COLOURS), ...this.#freePlace(board), votes: this.#random.below(4) });
  }

  #removeNote(board: Board, note: Note): void {
    board.notes.splice(board.notes.indexOf(note), 1);
    board.links = board.links.filter(({ from, to }) => from !== note.id && to !== note.id);
  }

  #move(board: Board, note: Note): void {
    Object.assign(note, this.#freePlace(board));
  }

  #link(board: Board): void {
    const [from, to] = [this.#random.pick(board.notes), this.#random.pick(board.notes)];
    if (from !== to) board.links.push({ from: from.id, to: to.id });
  }

  /** Near a crossing of the grid where no note is. */
  #freePlace(board: Board): { x: number; y: number } {
    const places = Array.from({ length: GRID.columns * GRID.rows }, (_, index) => ({
      x: ((index % GRID.columns) + 0.5) * (1000 / GRID.columns),
      y: (Math.floor(index / GRID.columns) + 0.5) * (1000 / GRID.rows),
    }));
    const free = places.filter(({ x, y }) => board.notes.every((note) => Math.abs(note.x - x) > 60 || Math.abs(note.y - y) > 60));
    const { x, y } = this.#random.pick(free.length > 0 ? free : places);
    const disorder = () => this.#random.below(GRID.jitter) - GRID.jitter / 2;
    return { x: x + disorder(), y: y + disorder() };
  }
}
