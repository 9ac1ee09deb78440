/**
 * Where the pages of one function run ended, so that its re-runs cover the same intervals: a live page then grows and
 * shrinks with its interval instead of moving, and stays gapless with the page after it.
 *
 * The client keeps the journal with its query and sends it back when it subscribes again. Pages are told apart by the
 * order of their `paginate` calls. A re-run that calls more often gets fresh pages at the end; one that calls in another
 * order gets end cursors of other queries, which `queryPage` refuses as invalid, and the client starts over.
 */
export class PageJournal {
  readonly #given: readonly string[];
  #recorded: string[] | null = null;
  #asked = 0;

  /** `given` is what an earlier run's {@link serialize} returned; what is no such text counts as null. */
  constructor(given: string | null) {
    this.#given = parseEndCursors(given);
  }

  /** Where the next page is to end; null for one that the earlier run did not have. Call once before each page. */
  nextEndCursor(): string | null {
    return this.#given[this.#asked++] ?? null;
  }

  /** Call once after each page, with its `continueCursor`. */
  record(endCursor: string): void {
    (this.#recorded ??= []).push(endCursor);
  }

  /** Null where no page was read. */
  serialize(): string | null {
    return this.#recorded === null ? null : JSON.stringify({ endCursors: this.#recorded });
  }
}

const NONE: readonly string[] = [];

/** The text comes from the client, perhaps from one that spoke with another server before. */
function parseEndCursors(text: string | null): readonly string[] {
  if (text === null) return NONE;
  try {
    const journal = JSON.parse(text) as { readonly endCursors?: unknown } | null;
    const endCursors = journal?.endCursors;
    return Array.isArray(endCursors) && endCursors.every((cursor) => typeof cursor === "string") ? endCursors : [];
  } catch {
    return [];
  }
}
