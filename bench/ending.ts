/**
 * What a benchmark started and must not leave behind: processes and folders. Each is disposed of where it was made
 * (`await using`); what is still held when the user interrupts the program is disposed of here, the newest first.
 */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Held extends AsyncDisposable {
  /** Whoever calls it waits for the end; it is disposed of once. */
  [Symbol.asyncDispose](): Promise<void>;
}

const held = new Set<Held>();

export function untilDisposed(dispose: () => Promise<void>): Held {
  let disposed: Promise<void> | null = null;
  const resource: Held = {
    [Symbol.asyncDispose]: () => (disposed ??= dispose().finally(() => held.delete(resource))),
  };
  held.add(resource);
  return resource;
}

/** From now on an interrupted program cleans up before it ends; interrupted again, it ends at once. */
export function cleanUpWhenInterrupted(): void {
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => void disposeOfAll().finally(() => process.exit(code)));
}

async function disposeOfAll(): Promise<void> {
  for (const resource of [...held].reverse()) {
    await resource[Symbol.asyncDispose]().catch((error: unknown) => process.stderr.write(`While cleaning up: ${String(error)}\n`));
  }
}
