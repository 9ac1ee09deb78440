/**
 * Batches as they cross between the network thread and the engine thread. Most of what is said is texts from and to sockets;
 * copying an object for each costs more than the text, so runs of them travel as columns. Order is kept.
 *
 *     send 5 "a", send 6 "a", send 5 "b", reply …   ──▶   { sockets: [5, 6, 5], texts: ["a", "b"], counts: [2, 1] }, reply …
 */
import type { FromEngine, ToEngine } from "./engine-messages.js";

/** `texts[i]` is for, or from, the next `counts[i]` of `sockets`. */
export interface SocketTexts {
  readonly type: "socketTexts";
  readonly sockets: number[];
  readonly texts: string[];
  readonly counts: number[];
}

/** What either thread says, packed: "send" and "frame" may stand in columns. */
export type Packed<Message> = Message | SocketTexts;

type SocketText<Type extends string> = { readonly type: Type; readonly socket: number; readonly text: string };

export function packFromEngine(batch: readonly FromEngine[]): Packed<FromEngine>[] {
  return pack(batch, "send");
}

export function packToEngine(batch: readonly ToEngine[]): Packed<ToEngine>[] {
  return pack(batch, "frame");
}

/** Calls back for each message of a packed batch, in their order. */
export function forEachFromEngine(batch: readonly Packed<FromEngine>[], receive: (message: FromEngine) => void): void {
  for (const item of batch) {
    if (item.type === "socketTexts") unpack(item, (socket, text) => receive({ type: "send", socket, text }));
    else receive(item);
  }
}

export function unpackToEngine(batch: readonly Packed<ToEngine>[]): ToEngine[] {
  const messages: ToEngine[] = [];
  for (const item of batch) {
    if (item.type === "socketTexts") unpack(item, (socket, text) => messages.push({ type: "frame", socket, text }));
    else messages.push(item);
  }
  return messages;
}

function pack<Message extends { readonly type: string }>(batch: readonly Message[], type: "send" | "frame"): Packed<Message>[] {
  const packed: Packed<Message>[] = [];
  let run: SocketTexts | null = null;
  for (const message of batch) {
    if (message.type !== type) {
      run = null;
      packed.push(message);
      continue;
    }
    if (run === null) packed.push((run = { type: "socketTexts", sockets: [], texts: [], counts: [] }));
    add(run, message as unknown as SocketText<typeof type>);
  }
  return packed;
}

function add({ sockets, texts, counts }: SocketTexts, { socket, text }: SocketText<string>): void {
  sockets.push(socket);
  const last = texts.length - 1;
  if (last >= 0 && texts[last] === text) {
    counts[last]!++;
  } else {
    texts.push(text);
    counts.push(1);
  }
}

function unpack({ sockets, texts, counts }: SocketTexts, receive: (socket: number, text: string) => void): void {
  let next = 0;
  for (let i = 0; i < texts.length; i++) {
    for (const end = next + counts[i]!; next < end; next++) receive(sockets[next]!, texts[i]!);
  }
}
