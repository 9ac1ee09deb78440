/** LS-10, LS-14, LS-15, LS-20 to LS-22: the queue, patience and files of log streams, without a server. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LogFields, LogLevel } from "../network/logger.js";
import { EventQueue } from "./event-queue.js";
import { FileSink } from "./file-sink.js";
import type { LogEvent } from "./log-event.js";
import type { LogSink } from "./log-sink.js";
import { LogStream, type LogStreamOptions } from "./log-stream.js";
import { LogStreamFile, type WebhookStreamConfig } from "./stream-config.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rivulet-log-streams-"));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const CONFIG: WebhookStreamConfig = { type: "webhook", id: "a", url: "http://x/", format: "json", hmacSecret: "s", topics: null };
const event = (text: string, topic: LogEvent["topic"] = "console"): LogEvent => ({ topic, text });

class TestSink implements LogSink {
  readonly eventsMax = 3;
  readonly charsMax = 1_000;
  readonly delivered: string[][] = [];
  attempts = 0;
  fails = false;

  deliver(texts: readonly string[]): Promise<void> {
    this.attempts++;
    if (this.fails) return Promise.reject(new Error("no"));
    this.delivered.push([...texts]);
    return Promise.resolve();
  }

  close = vi.fn(() => Promise.resolve());
}

function streamTo(sink: LogSink, options: Partial<LogStreamOptions> = {}): { stream: LogStream; logged: string[] } {
  const logged: string[] = [];
  const log = { log: (level: LogLevel, message: string, fields?: LogFields) => void logged.push(`${level}: ${message} ${JSON.stringify(fields)}`) };
  return { stream: new LogStream({ config: CONFIG, sink, log, retryMs: () => 1_000, ...options }), logged };
}

test("LS-14 a queue keeps the newest events within its bounds, and counts the others", () => {
  const queue = new EventQueue(3, 10);
  for (const text of ["a", "b", "c", "d"]) queue.push(text);
  expect(queue.takeLost()).toBe(1);
  queue.push("12345678");
  expect([queue.takeLost(), queue.takeLost()]).toEqual([1, 0]);
  expect(queue.take(10, 4)).toEqual(["c", "d"]);
  expect(queue.take(10, 4)).toEqual(["12345678"]);
  expect([queue.take(10, 4), queue.size]).toEqual([[], 0]);
  queue.push("longer than all bounds");
  expect([queue.take(1, 1), queue.takeLost()]).toEqual([[], 1]);
});

describe("a stream", () => {
  test("LS-10 gathers what comes together, and delivers it in order, in batches", async () => {
    vi.useFakeTimers();
    const sink = new TestSink();
    const { stream } = streamTo(sink);
    expect(stream.status).toEqual({ type: "pending" });
    stream.push(["a", "b"].map((text) => event(text)));
    stream.push(["c", "d"].map((text) => event(text)));
    await vi.advanceTimersByTimeAsync(200);
    expect([sink.delivered, stream.status]).toEqual([[["a", "b", "c"], ["d"]], { type: "active" }]);
  });

  test("LS-14, LS-15 keeps a batch that did not arrive, tries again, and says what was lost meanwhile", async () => {
    vi.useFakeTimers();
    const sink = new TestSink();
    sink.fails = true;
    const { stream, logged } = streamTo(sink, { eventsMax: 2 });
    stream.push([event("a")]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect([sink.attempts, stream.status]).toEqual([2, { type: "failed", reason: "The last delivery failed: no." }]);
    stream.push(["b", "c", "d", "e"].map((text) => event(text)));
    sink.fails = false;
    await vi.advanceTimersByTimeAsync(5_000);
    const loss = { topic: "log_stream_loss", timestamp: expect.any(Number) as number, events_lost: 2 };
    expect([sink.delivered[0], JSON.parse(sink.delivered[1]![0]!), sink.delivered[1]!.slice(1)]).toEqual([["a"], loss, ["d", "e"]]);
    expect(stream.lost).toBe(2);
    expect(logged.map((line) => line.slice(0, 40))).toEqual(["warn: A log stream can't deliver; events", 'info: A log stream delivers again. {"str', "warn: A log stream lost events: they cam"]);
  });

  test("LS-11 is sent only its topics", async () => {
    vi.useFakeTimers();
    const sink = new TestSink();
    const { stream } = streamTo(sink, { config: { ...CONFIG, topics: ["audit_log"] } });
    stream.push([event("a"), event("b", "audit_log"), event("c", null)]);
    await vi.advanceTimersByTimeAsync(200);
    expect(sink.delivered).toEqual([["b", "c"]]);
  });

  test("LS-17 delivers what waits when it is ended, and then nothing more", async () => {
    const sink = new TestSink();
    const { stream } = streamTo(sink);
    stream.push(["a", "b", "c", "d"].map((text) => event(text)));
    await stream.close();
    stream.push([event("e")]);
    expect([sink.delivered, sink.close.mock.calls.length]).toEqual([[["a", "b", "c"], ["d"]], 1]);
  });
});

describe("a file", () => {
  test("LS-21, LS-22 is set aside when the next lines have no room, goes on where it was, and the oldest goes", async () => {
    const path = join(folder, "logs", "events.jsonl");
    const config = { type: "file", id: "f", path, bytesMax: 10, filesMax: 2, topics: null } as const;
    for (const texts of [["aaaa"], ["bbbb"], ["cccc"], ["dddd", "eeee"], ["ffff", "longer than a file", "gggg"]]) {
      const sink = new FileSink(config);
      await sink.deliver(texts);
      await sink.close();
    }
    expect(await Promise.all(["", ".1", ".2"].map((end) => readFile(path + end, "utf8")))).toEqual(["gggg\n", "longer than a file\n", "eeee\nffff\n"]);
    await expect(readFile(`${path}.3`)).rejects.toThrow("ENOENT");
  });

  test("LS-22 that can't be written is an error of the delivery, and can be written later", async () => {
    const path = join(folder, "blocked", "events.jsonl");
    await writeFile(join(folder, "blocked"), "");
    const sink = new FileSink({ path, bytesMax: 10, filesMax: 1 });
    await expect(sink.deliver(["a"])).rejects.toThrow();
    await rm(join(folder, "blocked"));
    await sink.deliver(["a"]);
    await sink.close();
    expect(await readFile(path, "utf8")).toBe("a\n");
  });
});

describe("the file of streams", () => {
  test("LS-30 is read again when another process changed it, and holds 16 at most", () => {
    const [server, commandLine] = [new LogStreamFile(folder), new LogStreamFile(folder)];
    expect(server.list()).toEqual([]);
    commandLine.add(CONFIG);
    expect(server.list()).toEqual([CONFIG]);
    commandLine.replace({ ...CONFIG, url: "http://y/" });
    expect(server.list()).toEqual([{ ...CONFIG, url: "http://y/" }]);
    expect([commandLine.remove("a"), commandLine.remove("a"), server.list()]).toEqual([true, false, []]);
    for (let count = 0; count < 16; count++) server.add({ ...CONFIG, id: String(count) });
    expect(() => server.add(CONFIG)).toThrow("no more are possible");
  });

  test.each(["{", '{"streams":[{"type":"pigeon"}]}'])("LS-31 that is not ours is named: %s", async (text) => {
    await writeFile(join(folder, "log-streams.json"), text);
    expect(() => new LogStreamFile(folder).list()).toThrow(join(folder, "log-streams.json"));
  });
});
