/**
 * HTTP actions in the engine: who asks, which router answers, and how the run is told to have ended. Bodies go over the
 * call's port, between network thread and executor; here it is only handed on.
 */
import type { FunctionFailure } from "../../functions/errors.js";
import type { Principal } from "../../live/session.js";
import type { ActionResult, HttpActionRequest } from "../actions/action-service.js";
import type { PrincipalResolver } from "../auth/principal-resolver.js";
import { NO_HTTP_ACTIONS, type EngineReply, type HttpActionCall } from "../engine-messages.js";
import { findRouter, isRouted, type FoundRouter, type Routers } from "./find-router.js";

export interface HttpActionServiceOptions {
  readonly runHttp: (request: HttpActionRequest, done: (result: ActionResult) => void) => void;
  readonly principals: PrincipalResolver;
  /** A failure as clients see it. */
  readonly shown: (requestId: string, failure: FunctionFailure) => FunctionFailure;
}

type Answer = (reply: EngineReply) => void;

const OK: EngineReply = { ok: true, body: "{}" };

export class HttpActionService {
  readonly #options: HttpActionServiceOptions;
  #routers: Routers = { routers: [], deployed: new Map() };

  constructor(options: HttpActionServiceOptions) {
    this.#options = options;
  }

  /** Takes effect for every request from now on. */
  use(routers: Routers): void {
    this.#routers = routers;
  }

  isRouted(method: string, pathname: string): boolean {
    return isRouted(this.#routers, method, pathname);
  }

  /** `answer` is called once. */
  run(call: HttpActionCall, answer: Answer): void {
    const { pathname } = new URL(call.url);
    const router = findRouter(this.#routers, call.method, pathname);
    if (router === null) {
      call.port.close();
      answer(noHttpActions(call.method, pathname));
      return;
    }
    const { principals } = this.#options;
    const known = principals.resolveNow(call.credentials);
    if (known !== null) this.#runAs(call, router, known, answer);
    else void principals.resolveHttpAction(call.credentials).then((principal) => this.#runAs(call, router, principal, answer));
  }

  #runAs(call: HttpActionCall, { module, routedPath, route }: FoundRouter, principal: Principal, answer: Answer): void {
    const { kind: _kind, credentials: _credentials, client, port, ...job } = call;
    this.#options.runHttp(
      { principal, route, job: { type: "httpAction", router: module, routedPath, ...job }, port, requestId: call.requestId, client, source: "HttpEndpoint", onGone: () => answer(OK) },
      (result) => {
        // Where it was not handed on.
        port.close();
        answer(this.#reply(call.requestId, result));
      },
    );
  }

  #reply(requestId: string, result: ActionResult): EngineReply {
    if (result.ok) return OK;
    const { message, data } = this.#options.shown(requestId, result.failure);
    const body = { code: "InternalServerError", message, ...(data === null ? {} : { errorData: JSON.parse(data) as unknown }) };
    return { ok: false, failure: "function", body: JSON.stringify(body) };
  }
}

function noHttpActions(method: string, pathname: string): EngineReply {
  const message = `Nothing answers ${method} ${pathname}: this deployment has no HTTP actions. Define routes with httpRouter() in convex/http.ts, and push.`;
  return { ok: false, failure: "request", status: 404, code: NO_HTTP_ACTIONS, message };
}
