/**
 * `Convex.syscall`, `Convex.asyncSyscall` and `Convex.jsSyscall`: the string interface that `convex/server` itself is
 * written on. Rivulet's own ctx objects do not pass through here; libraries that bring their own do, and so do functions
 * such as `createFunctionHandle`. Each call acts for the innermost function that runs, of the component whose
 * module makes it.
 */
import { queryPage } from "../database/query/paginate.js";
import { QueryStream } from "../database/query/query-stream.js";
import { parseSerializedQuery } from "../database/query/serialized-query.js";
import { decodeValue, encodeValue, type JsonValue, type ParseRealm } from "../values/value.js";
import { SERVICE_METHODS, serviceRefusal } from "./convex-services.js";
import type { CallFrame, Execution } from "./execution.js";
import type { FunctionCalls } from "./function-calls.js";
import { requestMetadata, transactionMetrics } from "./function-metadata.js";
import { formatFunctionPath } from "./function-path.js";
import { targetOfAddress, type FunctionAddress } from "./function-reference.js";
import type { NestedLimits } from "./nested-limits.js";
import { ReadScope } from "./read-scope.js";
import { schedulerSyscall } from "./scheduler-api.js";
import { errorInRealm } from "./realm-error.js";
import { signJwt } from "./sign-jwt.js";
import { storageSyscall } from "./storage-api.js";
import { vectorSearchSyscall } from "./vector-search-api.js";

/** Documents that the mutation has written may hold the timestamp of its commit. */
const DOCUMENTS = { commitTimestamps: true };

type Arguments = Readonly<Record<string, JsonValue | undefined>>;

export class Syscalls {
  /** By number, in the order in which they were opened. */
  #streams: QueryStream[] | null = null;

  constructor(
    private readonly execution: Execution,
    private readonly calls: FunctionCalls,
  ) {}

  /** `componentPath` is the component whose module asks. */
  sync(op: string, jsonArgs: string, componentPath: string): string {
    try {
      return this.#sync(this.#scope(componentPath), op, JSON.parse(jsonArgs) as Arguments);
    } catch (error) {
      throw errorInRealm(this.execution.sandbox.realm, error);
    }
  }

  async(op: string, jsonArgs: string, componentPath: string): Promise<string> {
    const scope = this.#scope(componentPath);
    if (op === "1.0/runUdf") return this.#runUdf(scope.frame, JSON.parse(jsonArgs) as Arguments);
    return scope.attempt(() => this.#async(scope, op, JSON.parse(jsonArgs) as Arguments)) as Promise<string>;
  }

  js(op: string, _args: unknown): unknown {
    if (!op.startsWith("storage/")) throw this.execution.sandbox.realm.makeError(`Unknown operation ${op}: this version of Rivulet does not have it.`);
    throw this.execution.sandbox.realm.makeError(`Unknown operation ${op}: the bytes of files can be read and stored in actions only.`);
  }

  #scope(componentPath: string): ReadScope {
    return new ReadScope(this.execution, this.execution.frameOf(componentPath));
  }

  #sync(scope: ReadScope, op: string, args: Arguments): string {
    switch (op) {
      case "1.0/queryStream": {
        const streams = (this.#streams ??= []);
        const id = streams.push(new QueryStream(scope.frame.transaction, scope.frame.namespace, parseSerializedQuery(args["query"]), scope.present)) - 1;
        return JSON.stringify({ queryId: id });
      }
      case "1.0/queryCleanup":
        this.#streams?.[Number(args["queryId"])]?.close();
        return "{}";
      case "1.0/db/normalizeId":
        return JSON.stringify({ id: scope.documents.normalizeId(String(args["table"]), String(args["idString"])) });
      case "1.0/getSnapshotTs":
        return encodeValue(BigInt(scope.frame.transaction.ts) * 1000n);
      default:
        throw new Error(`Unknown operation ${op}.`);
    }
  }

  #async(scope: ReadScope, op: string, args: Arguments): string {
    const { documents, frame } = scope;
    const table = typeof args["table"] === "string" ? args["table"] : undefined;
    switch (op) {
      case "1.0/get":
        return encodeValue(documents.get(String(args["id"]), "get", table), DOCUMENTS);
      case "1.0/insert":
        return JSON.stringify({ _id: documents.insert(String(args["table"]), decodeValue(args["value"]!, scope.realm.documents)) });
      case "1.0/shallowMerge":
        documents.patch(String(args["id"]), decodePatch(args["value"], scope.realm.documents), table);
        return "{}";
      case "1.0/replace":
        documents.replace(String(args["id"]), decodeValue(args["value"]!, scope.realm.documents), table);
        return "{}";
      case "1.0/remove":
        documents.delete(String(args["id"]), table);
        return "{}";
      case "1.0/queryStreamNext": {
        const value = this.#streams?.[Number(args["queryId"])]?.next() ?? null;
        return `{"value":${encodeValue(value, DOCUMENTS)},"done":${String(value === null)}}`;
      }
      case "1.0/queryPage":
        return this.#queryPage(scope, args);
      case "1.0/actions/vectorSearch":
        return vectorSearchSyscall(scope, args["query"]);
      case "1.0/count":
        return String(countAll(scope, String(args["table"])));
      case "1.0/getUserIdentity":
        return JSON.stringify(scope.identity());
      case "1.0/signJwt":
        return JSON.stringify(signJwt(scope, args));
      case "1.0/schedule":
      case "1.0/cancel_job":
        return schedulerSyscall(scope, this.calls, op, args);
      case "1.0/createFunctionHandle":
        return JSON.stringify(this.calls.handleOf(targetOfAddress(args as FunctionAddress, frame.namespace)));
      case "1.0/auditLog":
        this.execution.audit(frame, args["body"]);
        return "null";
      case "1.0/getTransactionMetrics":
        return encodeValue(transactionMetrics(scope));
      case "1.0/getDeploymentMetadata":
        return JSON.stringify(this.execution.surroundings.deploymentMetadata);
      case "1.0/getRequestMetadata":
        return JSON.stringify(requestMetadata(scope));
      case "1.0/getFunctionMetadata":
        return JSON.stringify({ name: formatFunctionPath(frame.function.path), componentPath: frame.namespace });
      default:
        return storageSyscall(scope, op, args) ?? refuseOperation(op, frame.transaction.writable ? "mutation" : "query", args);
    }
  }

  #queryPage(scope: ReadScope, args: Arguments): string {
    const { journal, frame } = scope;
    const request = {
      query: parseSerializedQuery(args["query"]),
      cursor: (args["cursor"] ?? null) as string | null,
      endCursor: (args["endCursor"] ?? null) as string | null,
      pageSize: Number(args["pageSize"]),
      maximumRowsRead: (args["maximumRowsRead"] ?? null) as number | null,
      maximumBytesRead: (args["maximumBytesRead"] ?? null) as number | null,
    };
    const result = queryPage(frame.transaction, frame.namespace, request, scope.present, journal.nextEndCursor());
    journal.record(result.continueCursor);
    const { page, ...rest } = result;
    return `{"page":${encodeValue(page, DOCUMENTS)},${JSON.stringify(rest).slice(1)}`;
  }

  #runUdf(caller: CallFrame, args: Arguments): Promise<string> {
    const { realm } = this.execution.sandbox;
    const { promise, resolve, reject } = realm.defer();
    const kind = args["udfType"] === "mutation" ? "mutation" : "query";
    this.calls.callText({
      kind,
      caller,
      target: () => targetOfAddress(args as FunctionAddress, caller.namespace),
      argsText: JSON.stringify(args["args"] ?? {}),
      limits: args["transactionLimits"] as NestedLimits | undefined,
      isStale: args["udfType"] === "snapshotQuery",
      onOk: resolve,
      onError: (error) => reject(errorInRealm(realm, error)),
    });
    return promise as Promise<string>;
  }
}

function refuseOperation(op: string, kind: "query" | "mutation", args: Arguments): never {
  const service = SERVICE_METHODS.get(op);
  if (service !== undefined) throw serviceRefusal(service, args["service"], kind);
  throw new Error(`Unknown async operation ${op}: this version of Rivulet does not have it, or not in a ${kind}.`);
}

/** Patches mark removed fields `{$undefined: null}`. */
function decodePatch(json: JsonValue | undefined, realm: ParseRealm): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries((json ?? {}) as Record<string, JsonValue>)) patch[name] = isUndefinedMark(value) ? undefined : decodeValue(value, realm);
  return patch;
}

function isUndefinedMark(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && "$undefined" in value;
}

function countAll(scope: ReadScope, tableName: string): number {
  const query = { source: { type: "FullTableScan" as const, tableName, order: null }, operators: [] };
  const stream = new QueryStream(scope.frame.transaction, scope.frame.namespace, query, scope.present);
  let count = 0;
  while (stream.next() !== null) count++;
  stream.close();
  return count;
}
