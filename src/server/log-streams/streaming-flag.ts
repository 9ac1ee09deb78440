/** Whether anybody listens to events, in shared memory: the network thread says so, engines that come and go look. */
export type StreamingFlag = Int32Array<SharedArrayBuffer>;

/** What threads share. */
export function createStreamingFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function streamingFlag(shared: SharedArrayBuffer): StreamingFlag {
  return new Int32Array(shared);
}

export function isStreaming(flag: StreamingFlag): boolean {
  return Atomics.load(flag, 0) === 1;
}

export function setStreaming(flag: StreamingFlag, isOn: boolean): void {
  Atomics.store(flag, 0, isOn ? 1 : 0);
}
