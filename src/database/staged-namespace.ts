/**
 * Tables that are being made aside, to take the place of others all at once: they are tables of a namespace that nobody can
 * name, one for each maker and each namespace that it makes tables for.
 */
const STAGED = "!";

/** `maker` has no "!". */
export function stagedNamespace(maker: string, namespace: string): string {
  return `${STAGED}${maker}${STAGED}${namespace}`;
}

export function isStaged(namespace: string): boolean {
  return namespace.startsWith(STAGED);
}

/** Null for a namespace that is in use. */
export function makerOf(namespace: string): string | null {
  return isStaged(namespace) ? namespace.slice(STAGED.length, namespace.indexOf(STAGED, STAGED.length)) : null;
}
