/** What is said of operations that an action began and did not wait for. */

/** "1.0/actions/mutation" → "mutation". */
export function operationName(op: string): string {
  return op.slice(op.lastIndexOf("/") + 1);
}

export function unawaitedWarning(operations: readonly string[]): string {
  const count = operations.length === 1 ? "1 unawaited operation" : `${operations.length} unawaited operations`;
  return `${count}: [${operations.join(", ")}]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`;
}
