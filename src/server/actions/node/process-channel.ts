/**
 * The child's end of the channel to the engine. It is hidden from the deployment's code: packages that find `process.send`
 * take themselves for somebody's child and speak on it.
 */
import { writeFileSync } from "node:fs";

/** The first message: from now on, what ends the process is the code that it runs. */
export const STARTED = "started";

export interface ProcessChannel<Received> {
  /** What `NodeProcess` was given. */
  readonly data: unknown;
  post(message: object): void;
  onMessage(listener: (message: Received) => void): void;
}

/** To be called first and once. The process ends with its channel: nobody would be told any more. */
export function takeChannel<Received>(): ProcessChannel<Received> {
  const send = process.send!.bind(process);
  process.on("disconnect", endGroup);
  for (const name of ["send", "disconnect"]) Object.defineProperty(process, name, { value: undefined, writable: true, configurable: true });
  goBeforeServer();
  send(STARTED);
  const [data] = process.argv.splice(2);
  return {
    data: JSON.parse(data!) as unknown,
    post: (message) => void send(message),
    onMessage: (listener) => void process.on("message", listener as (message: unknown) => void),
  };
}

/** Where the machine runs out of memory, actions are to go before the server does. Linux only. */
function goBeforeServer(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // another system, or not allowed: then it stays as it is
  }
}

/** With everything that it has started. */
function endGroup(): void {
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
}
