/** What is wrong with a file that is to be imported, or with importing it here and now. The text says the cause and the mend. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** `where` is a place in the file, such as "messages/documents.jsonl, line 3". */
export function importErrorAt(where: string, problem: string): ImportError {
  return new ImportError(`${where}: ${problem}`);
}
