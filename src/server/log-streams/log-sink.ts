/** Where a log stream's events go. */
export interface LogSink {
  /** What one delivery takes at most. */
  readonly eventsMax: number;
  readonly charsMax: number;
  /** Resolves when they have arrived; after a rejection they are delivered again, all or together with others. One at a time. */
  deliver(texts: readonly string[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
