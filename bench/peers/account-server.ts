/**
 * The HTTP of the peers: plain `node:http` in front of whatever keeps the accounts. One route for transfers, and one that
 * tells the sum of all balances and what was counted, for the check after a run.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export const OPENING_BALANCE = 1_000_000;
export const TRANSFER_ROUTE = "/transfer";
export const STATE_ROUTE = "/state";

export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** What a peer tells of itself. */
export interface PeerState {
  readonly total: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** What a peer does; both may throw, and the request is then answered with 500. */
export interface Accounts {
  /** Resolves (or calls back) once it is on disk. */
  transfer(transfer: Transfer): void | Promise<void>;
  state(): PeerState | Promise<PeerState>;
}

const DONE = JSON.stringify({ status: "success" });
const BODY_BYTES_MAX = 64 * 1024;

export function accountServer(accounts: Accounts): Server {
  return createServer({ keepAlive: true, noDelay: true }, (request, response) => {
    answer(accounts, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, 500, JSON.stringify({ status: "error", errorMessage: error instanceof Error ? error.message : String(error) })),
    );
  });
}

async function answer(accounts: Accounts, request: IncomingMessage): Promise<string> {
  const body = await readBody(request);
  switch (`${request.method ?? ""} ${request.url ?? ""}`) {
    case `POST ${TRANSFER_ROUTE}`:
      await accounts.transfer(parseTransfer(body));
      return DONE;
    case `GET ${STATE_ROUTE}`:
      return JSON.stringify(await accounts.state());
    default:
      throw new Error(`There is no ${request.method ?? ""} ${request.url ?? ""}.`);
  }
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
      if (body.length > BODY_BYTES_MAX) reject(new Error(`A body may have ${BODY_BYTES_MAX} bytes.`));
    });
    request.on("end", () => resolve(body));
    request.on("error", reject);
  });
}

/** Ids are numbers in decimal digits; the generator writes ids as text. */
function parseTransfer(body: string): Transfer {
  const { from, to, amount } = JSON.parse(body) as Record<string, unknown>;
  const transfer = { from: Number(from), to: Number(to), amount: Number(amount) };
  if (!Number.isSafeInteger(transfer.from) || !Number.isSafeInteger(transfer.to) || !Number.isFinite(transfer.amount)) throw new Error(`A transfer has the ids "from" and "to" and an "amount", not ${body.slice(0, 200)}.`);
  return transfer;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }).end(body);
}
