/** What a command touches of its process, so that tests can give it another. */
export interface Io {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** One line of result. */
  readonly out: (line: string) => void;
  /** One line for the person who watches. */
  readonly err: (line: string) => void;
  /** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
  readonly interrupted: Promise<void>;
  /** Replaces the engine's module; tests only. */
  readonly engineWorkerUrl?: URL;
}

const EXIT_SIGINT = 130;

export function processIo(): Io {
  const interrupted = new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = () => {
      if (++signals > 1) process.exit(EXIT_SIGINT);
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
  return {
    cwd: process.cwd(),
    environment: process.env,
    out: (line) => void process.stdout.write(line + "\n"),
    err: (line) => void process.stderr.write(line + "\n"),
    interrupted,
  };
}
