/** Whether anybody listens to events, in shared memory: the network thread says so, engines that come and go look. */
export function createStreamingFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function isStreaming(flag: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(flag), 0) === 1;
}

export function setStreaming(flag: SharedArrayBuffer, isOn: boolean): void {
  Atomics.store(new Int32Array(flag), 0, isOn ? 1 : 0);
}
