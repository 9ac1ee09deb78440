/**
 * What every action has: calls of other functions, and what it can ask about itself and its caller. A call of a query or a
 * mutation is a transaction of its own, and answered when what it shows is durable: the action may act on it outside.
 */
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { SERVICE_METHODS, serviceRefusal } from "../../functions/convex-services.js";
import { createFunctionHandle, functionNotFound, type DeployedFunctions } from "../../functions/deployed-functions.js";
import type { DeploymentMetadata } from "../../functions/execution.js";
import { targetOfAddress, type FunctionAddress, type FunctionTarget } from "../../functions/function-reference.js";
import type { CallResult, FunctionCallRequest } from "../engine/functions-service.js";
import type { ActionRequest, ActionResult } from "./action-service.js";
import { SyscallFailure, type ActionContext, type ActionSyscalls, type SyscallArguments } from "./action-syscalls.js";

export interface CallSyscallsOptions {
  readonly call: (request: FunctionCallRequest, done: (result: CallResult) => void) => void;
  readonly runAction: (request: ActionRequest, done: (result: ActionResult) => void) => void;
  readonly whenDurable: (ts: number) => Promise<void>;
  readonly deployed: () => DeployedFunctions | null;
  readonly deployment: DeploymentMetadata;
}

export function callSyscalls(options: CallSyscallsOptions): ActionSyscalls {
  const transaction = (kind: "query" | "mutation") => async (args: SyscallArguments, context: ActionContext) => {
    const result = await new Promise<CallResult>((resolve) => options.call({ ...requestOf(args, context), kind, atTs: null, once: null }, resolve));
    if (!result.ok) throw new SyscallFailure(result.failure);
    await options.whenDurable(result.ts);
    return result.value;
  };
  const action = async (args: SyscallArguments, context: ActionContext) => {
    const result = await new Promise<ActionResult>((resolve) => options.runAction({ ...requestOf(args, context), depth: context.depth + 1 }, resolve));
    if (!result.ok) throw new SyscallFailure(result.failure);
    return result.value;
  };
  const handle = (target: FunctionTarget): string => {
    const functions = options.deployed();
    if (functions === null) throw functionNotFound(target);
    return createFunctionHandle(functions, target);
  };
  return new Map([
    ["1.0/actions/query", transaction("query")],
    ["1.0/actions/mutation", transaction("mutation")],
    ["1.0/actions/action", action],
    ...Array.from(SERVICE_METHODS, ([op, method]) => [op, ({ service }: SyscallArguments) => Promise.reject(serviceRefusal(method, service, "action"))] as const),
    ["1.0/getUserIdentity", (_args: SyscallArguments, context: ActionContext) => userIdentity(context)],
    ["1.0/createFunctionHandle", async (args: SyscallArguments, { componentPath }: ActionContext) => Promise.resolve(JSON.stringify(handle(targetOfAddress(args as FunctionAddress, componentPath))))],
    ["1.0/getFunctionMetadata", (_args: SyscallArguments, { path, componentPath }: ActionContext) => Promise.resolve(JSON.stringify({ name: path, componentPath }))],
    ["1.0/getDeploymentMetadata", () => Promise.resolve(JSON.stringify(options.deployment))],
    ["1.0/getRequestMetadata", (_args: SyscallArguments, context: ActionContext) => Promise.resolve(JSON.stringify(requestMetadata(context)))],
  ]);
}

/** The caller's, for the app alone; see ReadScope. */
async function userIdentity({ componentPath, identity, authProblem }: ActionContext): Promise<string> {
  if (componentPath !== APP_COMPONENT_PATH) return Promise.resolve("null");
  if (authProblem !== null) throw new SyscallFailure({ message: authProblem, data: null });
  return Promise.resolve(identity === null ? "null" : JSON.stringify(identity));
}

/** Called functions act as the action's own caller, and may be internal. */
function requestOf(args: SyscallArguments, { identity, authToken, requestId, executionId, client, componentPath, scheduledJobId }: ActionContext): Omit<ActionRequest, "depth"> {
  return {
    ...targetOfAddress(args as FunctionAddress, componentPath),
    args: JSON.stringify(args["args"] ?? {}),
    principal: { identity, isAdmin: false, authToken },
    requestId,
    parentExecutionId: executionId,
    client,
    source: "Action",
    ...(scheduledJobId === null ? {} : { scheduledFunctionId: scheduledJobId }),
  };
}

function requestMetadata({ client, requestId, scheduledJobId, authToken }: ActionContext): object {
  return { ip: client?.ip ?? null, userAgent: client?.userAgent ?? null, requestId, scheduledFunctionId: scheduledJobId, authToken };
}
