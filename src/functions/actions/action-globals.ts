/** Gives a realm the globals of actions; the network and the timers of the process behind them. */
import { webcrypto } from "node:crypto";
import { Script, type Context } from "node:vm";
import { ACTION_GLOBALS_SOURCE } from "./action-globals-source.js";
import type { ActionOperations } from "./action-operations.js";
import type { Membrane } from "./membrane.js";

export interface ActionGlobalsOptions {
  readonly membrane: Membrane;
  readonly operations: ActionOperations;
  /** Throws where `what` can't be used now, as while modules are evaluated. */
  readonly assertRunning: (what: string) => void;
  /** An error that user code threw where nobody can catch it. */
  readonly report: (error: unknown) => void;
}

const script = new Script(ACTION_GLOBALS_SOURCE, { filename: "rivulet:action-globals" });

/** Must be called once, before any user code runs in the context. */
export function installActionGlobals(context: Context, { membrane, operations, assertRunning, report }: ActionGlobalsOptions): void {
  const install = script.runInContext(context) as (membrane: Membrane, hooks: unknown) => void;
  const requests = new Requests(operations);
  install(membrane, {
    report,
    crypto: webcrypto,
    structuredClone,
    timeOrigin: performance.timeOrigin,
    now: () => performance.now(),
    fetch: (input: string | URL | Request, init: RequestInit | undefined) => {
      assertRunning("fetch()");
      return requests.fetch(input, init);
    },
    startTimer: (name: string | null, callback: () => void, delayMs: number) => {
      assertRunning(name ?? "AbortSignal.timeout");
      return operations.startTimer(name, callback, delayMs);
    },
    stopTimer: (id: number) => operations.stopTimer(id),
  });
}

/** `fetch` for actions: what is not finished when its action has ended is aborted, the bodies of answers included. */
class Requests {
  /** A body that nobody can read any more need not be aborted. */
  readonly #unreachable = new FinalizationRegistry<() => void>((forget) => forget());

  constructor(private readonly operations: ActionOperations) {}

  async fetch(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const request = new Request(input, init);
    const finish = this.operations.start("fetch");
    const controller = new AbortController();
    const forget = this.operations.onEnd(() => controller.abort());
    try {
      const response = await fetch(request, { signal: AbortSignal.any([request.signal, controller.signal]) });
      if (response.body === null) forget();
      else this.#unreachable.register(response.body, forget);
      return response;
    } catch (error) {
      forget();
      throw error;
    } finally {
      finish();
    }
  }
}
