/**
 * The server's own log: one line of JSON an event, on the error stream, so that the output stream stays for what a
 * person or a script waits for. Log lines of user functions are not here: they belong to the deployment's function log.
 */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

/** pino is loaded on first use: `rivulet keys` and `--help` never need it. */
export async function createJsonLogger(level: LogLevel): Promise<Logger> {
  const { pino } = await import("pino");
  const logger = pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
  return { log: (at, message, fields) => logger[at](fields ?? {}, message) };
}
