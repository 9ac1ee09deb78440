/**
 * What clients send over the sync socket, parsed once from a text frame into a closed union.
 *
 * The shapes are those of the public package (`convex/browser`, sync protocol). Unknown or malformed messages throw
 * {@link ProtocolError}; the session answers with a FatalError and closes, since a client that is not understood can't be
 * served the rest either.
 */
export type QueryId = number;

export interface AddQuery {
  readonly type: "Add";
  readonly queryId: QueryId;
  readonly udfPath: string;
  /** JSON text of the arguments object. */
  readonly args: string;
  readonly journal: string | null;
  readonly componentPath: string;
}

export interface RemoveQuery {
  readonly type: "Remove";
  readonly queryId: QueryId;
}

export interface FunctionCall {
  readonly type: "Mutation" | "Action";
  readonly requestId: number;
  readonly udfPath: string;
  readonly args: string;
  readonly componentPath: string;
}

export type ClientMessage =
  | {
      readonly type: "Connect";
      readonly sessionId: string;
      readonly connectionCount: number;
      readonly lastCloseReason: string | null;
      /** Base64 of a little-endian unsigned 64-bit integer. */
      readonly maxObservedTimestamp: string | null;
      readonly clientTs: number;
    }
  | { readonly type: "ModifyQuerySet"; readonly baseVersion: number; readonly newVersion: number; readonly modifications: readonly (AddQuery | RemoveQuery)[] }
  | FunctionCall
  | { readonly type: "Authenticate"; readonly tokenType: "None"; readonly baseVersion: number }
  | { readonly type: "Authenticate"; readonly tokenType: "User"; readonly baseVersion: number; readonly value: string }
  | { readonly type: "Authenticate"; readonly tokenType: "Admin"; readonly baseVersion: number; readonly value: string; readonly impersonating: Readonly<Record<string, unknown>> | null }
  | { readonly type: "Event"; readonly eventType: string };

export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

type Fields = Readonly<Record<string, unknown>>;

export function parseClientMessage(text: string): ClientMessage {
  const message = fieldsOf(parseJson(text), "message");
  const type = string(message, "type");
  switch (type) {
    case "Connect":
      return {
        type,
        sessionId: sessionId(message),
        connectionCount: count(message, "connectionCount"),
        lastCloseReason: optionalString(message, "lastCloseReason"),
        maxObservedTimestamp: optionalString(message, "maxObservedTimestamp"),
        clientTs: typeof message["clientTs"] === "number" ? message["clientTs"] : 0,
      };
    case "ModifyQuerySet":
      return { type, baseVersion: count(message, "baseVersion"), newVersion: count(message, "newVersion"), modifications: list(message, "modifications").map(modification) };
    case "Mutation":
    case "Action":
      return { type, requestId: count(message, "requestId"), udfPath: string(message, "udfPath"), args: args(message), componentPath: optionalString(message, "componentPath") ?? "" };
    case "Authenticate":
      return authenticate(message);
    case "Event":
      return { type, eventType: string(message, "eventType") };
    default:
      throw new ProtocolError(`Unknown message type "${type.slice(0, 64)}". This server speaks the sync protocol of the convex package 1.48.`);
  }
}

function authenticate(message: Fields): ClientMessage {
  const type = "Authenticate";
  const baseVersion = count(message, "baseVersion");
  const tokenType = string(message, "tokenType");
  switch (tokenType) {
    case "None":
      return { type, tokenType, baseVersion };
    case "User":
      return { type, tokenType, baseVersion, value: string(message, "value") };
    case "Admin": {
      const impersonating = message["impersonating"];
      return { type, tokenType, baseVersion, value: string(message, "value"), impersonating: impersonating === undefined || impersonating === null ? null : fieldsOf(impersonating, "impersonating") };
    }
    default:
      throw new ProtocolError(`Unknown token type "${tokenType.slice(0, 64)}": expected None, User or Admin.`);
  }
}

function modification(value: unknown): AddQuery | RemoveQuery {
  const fields = fieldsOf(value, "modification");
  const type = string(fields, "type");
  const queryId = count(fields, "queryId");
  if (type === "Remove") return { type, queryId };
  if (type !== "Add") throw new ProtocolError(`Unknown query set modification "${type.slice(0, 64)}": expected Add or Remove.`);
  return { type, queryId, udfPath: string(fields, "udfPath"), args: args(fields), journal: optionalString(fields, "journal"), componentPath: optionalString(fields, "componentPath") ?? "" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("A frame is no JSON text.");
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProtocolError(`Expected ${what} to be an object.`);
  return value as Fields;
}

function string(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new ProtocolError(`Expected "${name}" to be a string.`);
  return value;
}

function optionalString(fields: Fields, name: string): string | null {
  const value = fields[name];
  return value === undefined || value === null ? null : string(fields, name);
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new ProtocolError(`Expected "${name}" to be a whole number that is not negative.`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new ProtocolError(`Expected "${name}" to be an array.`);
  return value;
}

/** Clients send the arguments object as the only element of an array. */
function args(fields: Fields): string {
  const values = list(fields, "args");
  if (values.length > 1) throw new ProtocolError('Expected "args" to hold one arguments object.');
  return values.length === 0 ? "{}" : toJson(values[0]);
}

/** Parsing bears more nesting than printing does. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new ProtocolError("The arguments are nested too deeply.");
  }
}

function sessionId(message: Fields): string {
  const value = string(message, "sessionId");
  if (!/^[\w-]{1,64}$/.test(value)) throw new ProtocolError('Expected "sessionId" to be a UUID.');
  return value;
}
