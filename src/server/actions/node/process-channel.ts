/**
 * The child's end of the channel to the engine. It is hidden from the deployment's code: packages that find `process.send`
 * take themselves for somebody's child and speak on it.
 */

export interface ProcessChannel<Received> {
  post(message: object): void;
  onMessage(listener: (message: Received) => void): void;
}

/** To be called first and once. The process ends with its channel: nobody would be told any more. */
export function takeChannel<Received>(): ProcessChannel<Received> {
  const send = process.send!.bind(process);
  process.on("disconnect", endGroup);
  for (const name of ["send", "disconnect"]) Object.defineProperty(process, name, { value: undefined, writable: true, configurable: true });
  return {
    post: (message) => void send(message),
    onMessage: (listener) => void process.on("message", listener as (message: unknown) => void),
  };
}

/** What `startNodeProcess` was given as data. */
export function takeData(): unknown {
  const [text] = process.argv.splice(2);
  return JSON.parse(text!);
}

/** With everything that it has started. */
function endGroup(): void {
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
}
