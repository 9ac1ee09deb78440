/**
 * A scripted engine thread for tests of the network side: it keeps no data and runs no code, but speaks the messages of
 * engine-messages.ts. What it does is told by the path of a call or by the text of a frame.
 */
import { parentPort, workerData } from "node:worker_threads";

const { instanceName, running, poisoned, opening } = workerData;
const state = new Int32Array(opening);
Atomics.wait(state, 0, 0);
if (state[0] !== 1) process.exit();
if (instanceName === "fails-to-start") throw new Error("The data folder is not readable");

const received = [];

function mark(name) {
  const slots = new Int32Array(running, 0, 4);
  slots[1] = Buffer.from(running, 16).write(name);
  slots[0] = 1;
}

function success(value) {
  return { ok: true, body: JSON.stringify({ status: "success", value, logLines: [] }) };
}

function failure(errorMessage, extra = {}) {
  return { ok: false, failure: "function", body: JSON.stringify({ status: "error", errorMessage, logLines: [], ...extra }) };
}

function runFunction(call) {
  const name = `${call.path} ${call.args}`;
  const poison = poisoned.find((execution) => execution.name === name);
  if (poison !== undefined) return failure(poison.message);
  switch (call.path) {
    case "test:call":
      return success(call);
    case "test:options":
      return success({ redactErrors: workerData.redactErrors });
    case "test:values":
      return success({ integer: { $integer: "KgAAAAAAAAA=" }, bytes: { $bytes: "AQID" }, list: [{ $float: "AAAAAAAA8H8=" }], plain: 1.5 });
    case "test:fail":
      return failure("Server Error", { errorData: { left: { $integer: "AQAAAAAAAAA=" } } });
    case "test:unauthorized":
      return { ok: false, failure: "request", status: 401, code: "Unauthenticated", message: "The token is not valid." };
    case "test:hang":
      return null;
    case "test:memory": {
      mark(name);
      const hoard = [];
      for (;;) hoard.push(new Array(10_000).fill(hoard.length));
    }
    case "test:crash":
      mark(name);
      throw new Error("a bug");
    case "test:crashBetweenExecutions":
      throw new Error("a bug");
    default:
      return failure(`Could not find public function for '${call.path}'.`);
  }
}

function answer(call) {
  switch (call.kind) {
    case "runFunction":
      return runFunction(call);
    case "queryTs":
      return { ok: true, body: JSON.stringify({ ts: "1700000000000000000" }) };
    case "metrics":
      return { ok: true, body: JSON.stringify({ counters: { queryRuns: 7 }, gauges: { liveQueries: 3 } }) };
    case "streamLogs":
      return { ok: true, body: JSON.stringify({ entries: [], newCursor: call.cursor + 1 }) };
    case "httpAction":
      return { ok: false, failure: "request", status: 404, code: "NoHttpActions", message: `Nothing answers ${call.method} ${call.url}.` };
    case "import":
    case "export":
      return { ok: true, body: JSON.stringify({ imports: [], uploads: [], used: [], exports: [], kept: [] }) };
    case "shutdown":
      return { ok: true, body: "{}" };
    default:
      return { ok: true, body: JSON.stringify(call) };
  }
}

/** Frames are commands: {send: [texts]}, {close: [code, reason]}, {received: true}. */
function frame(socket, text) {
  const command = JSON.parse(text);
  if (command.close !== undefined) return [{ type: "close", socket, code: command.close[0], reason: command.close[1] }];
  if (command.received !== undefined) return [{ type: "send", socket, text: JSON.stringify(received) }];
  return command.send.map((line) => ({ type: "send", socket, text: line }));
}

parentPort.on("message", (batch) => {
  const out = [];
  for (const message of batch) {
    if (message.type === "call") {
      const reply = answer(message.call);
      if (reply !== null) out.push({ type: "reply", id: message.id, reply });
    } else if (message.type === "socketTexts") {
      // As packed-batch.ts has it, but that no two frames are the same here.
      message.sockets.forEach((socket, i) => out.push(...frame(socket, message.texts[i])));
    } else {
      received.push(message);
    }
  }
  if (out.length > 0) parentPort.postMessage(out);
  // With its port closed the thread ends.
  if (batch.some(({ call }) => call?.kind === "shutdown")) parentPort.close();
});
parentPort.postMessage([{ type: "ready" }]);
if (instanceName === "dies-when-ready") setImmediate(() => { throw new Error("a bug"); });
