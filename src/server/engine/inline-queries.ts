/**
 * Queries that an administrator writes on the spot (`convex run --inline-query`, the MCP server, dashboards): a module that
 * is no part of the deployment, run once, and gone. It sees the deployed functions by name, and imports nothing but
 * {@link WRAPPERS}.
 *
 * Each has a sandbox of its own, so that nothing of it stays behind in the modules of the app, and the app's modules are
 * evaluated anew where it calls their functions. Limits of time, reads and size are those of any query.
 */
import { createHash } from "node:crypto";
import { formatFunctionPath, parseFunctionPath } from "../../functions/function-path.js";
import { modulePrefix } from "../../functions/component-path.js";
import { Deployment, type DeploymentCode } from "../../functions/deployment.js";
import type { FunctionOutcome, FunctionRunner } from "../../functions/function-runner.js";
import { compileModule, ModuleSyntaxError, type ModuleCode } from "../../functions/sandbox/module-code.js";
import type { Database } from "../../database/database.js";
import type { InlineQueryCall } from "../engine-messages.js";
import type { FunctionLog } from "../function-log/function-log.js";
import { toResult, type CallResult } from "./functions-service.js";
import { adminPrincipal } from "./principals.js";

export interface InlineQueriesOptions {
  readonly database: Database;
  readonly log: FunctionLog;
  /** Without a deployment. `kind` goes before the name by which an execution that kills the engine is known, and refused for a while. */
  readonly newRunner: (kind: string) => FunctionRunner;
}

const NOTHING_DEPLOYED: DeploymentCode = { modules: new Map(), components: new Map(), routers: [], deployed: new Map(), environmentVariables: {}, nodeFolder: null };

/** The one module that public clients import in such a query. What its functions return has the marks of a registered query. */
const WRAPPERS: ModuleCode = {
  path: "convex:/_system/repl/wrappers.js",
  code: `
const wrapper = (visibility) => (definition) => {
  const handler = typeof definition === "function" ? definition : definition?.handler;
  if (typeof handler !== "function") throw new TypeError("A query needs a handler: query({ handler: async (ctx) => … }).");
  const registered = () => { throw new Error("A query can't be called directly. Call its handler, or ctx.runQuery."); };
  return Object.assign(registered, { isConvexFunction: true, isQuery: true, [visibility]: true, _handler: handler, exportArgs: () => '{"type":"any"}', exportReturns: () => "null" });
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.query = wrapper("isPublic");
exports.internalQuery = wrapper("isInternal");
`,
  sourceMap: null,
};

export class InlineQueries {
  readonly #options: InlineQueriesOptions;
  #code = NOTHING_DEPLOYED;

  constructor(options: InlineQueriesOptions) {
    this.#options = options;
  }

  /** Takes effect for every query that has not begun. */
  use(code: DeploymentCode): void {
    this.#code = code;
  }

  /** Whatever is wrong with the query is its result, not a rejection. */
  async run(call: InlineQueryCall): Promise<CallResult> {
    const path = parseFunctionPath(call.modulePath);
    if (path === null || path.name !== "default") return failed(`"${call.modulePath.slice(0, 256)}" is no path of a module. Name it like a file: "testQuery.js".`);
    if (call.componentPath !== "" && !this.#code.components.has(call.componentPath)) return failed(`Component '${call.componentPath.slice(0, 64)}' is not mounted. Mount it with \`app.use(…)\` in convex.config.ts, and push.`);
    try {
      const module = await compileModule({ path: modulePrefix(call.componentPath) + path.module, source: call.source, sourceMap: null, isAsWritten: true });
      return await this.#runModule(call, module, formatFunctionPath(path));
    } catch (error) {
      if (error instanceof ModuleSyntaxError) return failed(`The query can't be compiled: ${error.message}`);
      throw error;
    }
  }

  #runModule(call: InlineQueryCall, module: ModuleCode, path: string): Promise<CallResult> {
    const { database, newRunner } = this.#options;
    const runner = newRunner(`inline ${createHash("sha256").update(call.source).digest("hex").slice(0, 16)} `);
    const deployment = new Deployment(this.#codeWith(module), runner.currentHost);
    runner.use(deployment);
    return new Promise((resolve) => {
      runner.enqueue({
        path,
        componentPath: call.componentPath,
        kind: "query",
        caller: "server",
        args: call.args,
        identity: adminPrincipal(call.actingAs).identity,
        journal: null,
        requestId: call.requestId,
        client: call.client,
        begin: (kind) => database.begin(kind),
        done: (outcome) => {
          this.#log(call, path, outcome);
          deployment.dispose();
          resolve(toResult(outcome));
        },
      });
    });
  }

  /** The deployment's, and in the place of one of its modules, where it has the same name, the given one. */
  #codeWith(module: ModuleCode): DeploymentCode {
    const { modules, deployed, ...rest } = this.#code;
    const others = new Map(deployed);
    others.delete(module.path);
    return { ...rest, modules: new Map([...modules, [WRAPPERS.path, WRAPPERS], [module.path, module]]), deployed: others };
  }

  #log({ componentPath, requestId }: InlineQueryCall, path: string, outcome: FunctionOutcome): void {
    this.#options.log.add({
      kind: "query",
      path,
      componentPath,
      environment: "isolate",
      logLines: outcome.logLines,
      failure: outcome.ok ? null : outcome.failure.message,
      requestId,
      durationMs: outcome.durationMs,
      caller: "HttpApi",
      isAdmin: true,
      parentExecutionId: null,
      usage: outcome.transaction?.usage ?? null,
    });
  }
}

function failed(message: string): CallResult {
  return { ok: false, failure: { message, data: null }, logLines: [] };
}
