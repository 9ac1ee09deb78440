/**
 * A search index of a table: which entries and counters belong to a document. How they lie is search-keys.ts, how they are
 * searched search-scan.ts.
 */
import type { Key } from "../../storage/store.js";
import { compareValues } from "../../values/compare.js";
import type { Counter, EntryIndex, IndexEntry } from "../index-entries.js";
import { fieldAt, type DocumentValue } from "../field-path.js";
import { indexPrefix } from "../keys.js";
import type { SearchIndexRecord } from "../table.js";
import { encodeForward } from "./forward-entry.js";
import { DOCUMENTS_COUNT_MIN, TERM_COUNT_MIN, storedImpact } from "./relevance.js";
import { documentCounterKey, filterCounterKey, filterValueKey, forwardKey, postingSuffix, sectionPrefix, termCounterKey, termPrefix, termToBytes, tieKey } from "./search-keys.js";
import { termsOfDocument, type DocumentTerms } from "./terms.js";

export class SearchIndex implements EntryIndex {
  readonly prefix: Key;
  readonly #searchPath: readonly string[];
  readonly #filterPaths: readonly (readonly string[])[];

  constructor(readonly record: SearchIndexRecord) {
    this.prefix = indexPrefix(record.id);
    this.#searchPath = record.searchField.split(".");
    this.#filterPaths = record.filterFields.map((field) => field.split("."));
  }

  /** None for a document whose search field is no string. */
  entriesOf(document: DocumentValue, id: string): readonly IndexEntry[] {
    const text = fieldAt(document, this.#searchPath);
    if (typeof text !== "string") return [];
    const impacts = impactsOf(termsOfDocument(text));
    const filters = this.#filterPaths.map((path) => filterValueKey(fieldAt(document, path)));
    const tie = tieKey(document["_creationTime"], id);
    const entries: IndexEntry[] = [{ key: forwardKey(this.prefix, id), value: encodeForward(filters, impacts), counters: this.#documentCounters(filters) }];
    const sections = filters.map((valueKey, i) => sectionPrefix(this.prefix, i + 1, valueKey));
    const unfiltered = sectionPrefix(this.prefix, 0, "");
    for (const [term, impact] of impacts) {
      const bytes = termToBytes(term);
      const suffix = postingSuffix(impact, tie);
      entries.push({ key: termPrefix(unfiltered, bytes) + suffix, value: "", counters: [this.termCounter(bytes)] });
      for (const section of sections) entries.push({ key: termPrefix(section, bytes) + suffix, value: "" });
    }
    return entries;
  }

  hasSameEntries(before: DocumentValue, after: DocumentValue): boolean {
    return [this.#searchPath, ["_creationTime"], ...this.#filterPaths].every((path) => compareValues(fieldAt(before, path), fieldAt(after, path)) === 0);
  }

  get documentCounter(): Counter {
    return { key: documentCounterKey(this.prefix), countMin: DOCUMENTS_COUNT_MIN };
  }

  termCounter(termBytes: Key): Counter {
    return { key: termCounterKey(this.prefix, termBytes), countMin: TERM_COUNT_MIN };
  }

  /** `filterNumber` counts the filter fields from 1. */
  filterCounter(filterNumber: number, valueKey: Key): Counter {
    return { key: filterCounterKey(this.prefix, filterNumber, valueKey), countMin: DOCUMENTS_COUNT_MIN };
  }

  #documentCounters(filters: readonly Key[]): Counter[] {
    return [this.documentCounter, ...filters.map((valueKey, i) => this.filterCounter(i + 1, valueKey))];
  }
}

function impactsOf({ frequencies, length }: DocumentTerms): Map<string, number> {
  return new Map(Array.from(frequencies, ([term, frequency]) => [term, storedImpact(frequency, length)]));
}
