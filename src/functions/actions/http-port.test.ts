/** Bodies over a pair of ports: whole, bounded, and cut off cleanly from both sides. HA-43, HA-45, HA-46, HA-51. */
import { MessageChannel } from "node:worker_threads";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { HttpPort, WINDOW_BYTES, type ResponseHead } from "./http-port.js";

const HEAD: ResponseHead = { status: 200, statusText: "", headers: [["a", "1"]], isRouted: true };
/** Of the piece that may be sent when the window is almost full. */
const PIECE_BYTES = 64 * 1024;

class Pair {
  readonly sender: HttpPort;
  readonly receiver: HttpPort;
  senderSawGone = 0;
  receiverSawGone = 0;

  constructor(credit = WINDOW_BYTES) {
    const { port1, port2 } = new MessageChannel();
    this.sender = new HttpPort(port1, { credit, onGone: () => this.senderSawGone++ });
    this.receiver = new HttpPort(port2, { credit: 0, onGone: () => this.receiverSawGone++ });
  }

  async sendAll(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) if (!(await this.sender.outgoing.send(chunk))) return;
    this.sender.outgoing.end();
  }

  async receiveAll(): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.receiver.incoming.next(); chunk !== null; chunk = await this.receiver.incoming.next()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

const pairs: Pair[] = [];

function pair(credit?: number): Pair {
  const made = new Pair(credit);
  pairs.push(made);
  return made;
}

afterEach(() => {
  for (const { sender, receiver } of pairs.splice(0)) {
    sender.close();
    receiver.close();
  }
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

describe("a body", () => {
  test("arrives as it was sent, whatever its chunks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), fc.integer({ min: 0, max: 3 * WINDOW_BYTES }), async (small, large) => {
        const made = pair();
        const chunks = [...small, new Uint8Array(large).fill(7), ...small];
        const [received] = await Promise.all([made.receiveAll(), made.sendAll(chunks)]);
        expect(received.equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("may be empty", async () => {
    const made = pair();
    made.sender.postHead(HEAD);
    made.sender.outgoing.end();
    expect(await made.receiver.head).toEqual(HEAD);
    expect(made.receiver.incoming.completeBytes).toBe(0);
    expect((await made.receiveAll()).length).toBe(0);
  });

  test("is a copy: the sender may use its buffer again", async () => {
    const made = pair();
    const whole = new Uint8Array([9, 1, 2, 3, 9]);
    const view = whole.subarray(1, 4);
    await made.sender.outgoing.send(view);
    view.fill(0);
    await made.sender.outgoing.send(view);
    made.sender.outgoing.end();
    expect([...(await made.receiveAll())]).toEqual([1, 2, 3, 0, 0, 0]);
    expect(whole.length).toBe(5);
  });

  test("that is made in one turn leaves with its head as one message", async () => {
    const made = pair();
    made.sender.postHead(HEAD);
    void made.sendAll([new Uint8Array(10), new Uint8Array(20)]);
    await made.receiver.head;
    expect(made.receiver.incoming.completeBytes).toBe(30);
  });

  test("of 100 MB passes in constant memory, past a reader that is slower", async () => {
    const made = pair();
    const chunk = new Uint8Array(1024 * 1024);
    let sent = 0;
    let received = 0;
    let aheadMax = 0;
    const send = async (): Promise<void> => {
      for (; sent < 100 * chunk.length; sent += chunk.length) await made.sender.outgoing.send(chunk);
      made.sender.outgoing.end();
    };
    const receive = async (): Promise<void> => {
      for (let next = await made.receiver.incoming.next(); next !== null; next = await made.receiver.incoming.next()) {
        received += next.length;
        aheadMax = Math.max(aheadMax, made.receiver.incoming.bufferedBytes);
        if (received % (50 * PIECE_BYTES) === 0) await turn();
      }
    };
    await Promise.all([send(), receive()]);
    expect(received).toBe(100 * chunk.length);
    expect(aheadMax).toBeLessThanOrEqual(WINDOW_BYTES + PIECE_BYTES);
  });
});

describe("credit", () => {
  test("without it nothing leaves, and what does is bounded", async () => {
    const made = pair(0);
    let isSent = false;
    void made.sendAll([new Uint8Array(10 * WINDOW_BYTES)]).then(() => (isSent = true));
    await turns(20);
    expect(made.receiver.incoming.bufferedBytes).toBe(0);
    made.receiver.incoming.grantWindow();
    await expect.poll(() => made.receiver.incoming.bufferedBytes).toBe(WINDOW_BYTES);
    await turns(20);
    expect([made.receiver.incoming.bufferedBytes, isSent]).toEqual([WINDOW_BYTES, false]);
    expect((await made.receiveAll()).length).toBe(10 * WINDOW_BYTES);
    expect(isSent).toBe(true);
  });
});

describe("ends that are none", () => {
  test("an aborted body can be read to there, and fails with the reason", async () => {
    const made = pair();
    await made.sender.outgoing.send(new Uint8Array([1]));
    made.sender.outgoing.abort("It broke.");
    made.sender.outgoing.end();
    expect(await made.receiver.incoming.next()).toEqual(new Uint8Array([1]));
    await expect(made.receiver.incoming.next()).rejects.toThrow(new TypeError("It broke."));
    await expect(made.receiver.incoming.next()).rejects.toThrow("It broke.");
  });

  test("a receiver that wants no more ends the sending", async () => {
    const made = pair();
    const sending = made.sender.outgoing.send(new Uint8Array(10 * WINDOW_BYTES));
    await made.receiver.incoming.next();
    made.receiver.incoming.stop();
    expect(await sending).toBe(false);
    expect(await made.receiver.incoming.next()).toBeNull();
    expect([made.senderSawGone, made.receiverSawGone]).toEqual([0, 0]);
  });

  test("a sender that closes leaves what it had sent, and then its end is known", async () => {
    const made = pair();
    made.sender.postHead(HEAD);
    await made.sender.outgoing.send(new Uint8Array([1, 2]));
    made.sender.close();
    expect(await made.receiver.head).toEqual(HEAD);
    expect(await made.receiver.incoming.next()).toEqual(new Uint8Array([1, 2]));
    await expect(made.receiver.incoming.next()).rejects.toThrow("The connection was closed before the body was complete.");
    expect([made.senderSawGone, made.receiverSawGone]).toEqual([0, 1]);
  });

  test("what is discarded never leaves", async () => {
    const made = pair();
    made.sender.postHead(HEAD);
    await made.sender.outgoing.send(new Uint8Array([1]));
    expect(made.sender.isHeadPosted).toBe(false);
    made.sender.discard();
    expect(await made.receiver.head).toBeNull();
  });

  test("a receiver that closes ends the sending, and is told as gone once", async () => {
    const made = pair();
    const sending = made.sender.outgoing.send(new Uint8Array(10 * WINDOW_BYTES));
    made.receiver.close();
    made.receiver.close();
    expect(await sending).toBe(false);
    expect(await made.sender.outgoing.send(new Uint8Array(1))).toBe(false);
    expect([made.senderSawGone, made.receiverSawGone]).toEqual([1, 0]);
    expect(await made.sender.head).toBeNull();
  });
});
