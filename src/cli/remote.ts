/** Commands that speak with a server that runs: where it is, who asks, and what its refusals mean. */
import type { Io } from "./io.js";

export interface RemoteFlags {
  readonly url?: string | undefined;
  readonly adminKey?: string | undefined;
}

export interface Remote {
  readonly url: string;
  readonly adminKey: string;
}

/** The server could not be asked, or refused; the message is fit for the user. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
}

/** Null where no server is named. The same variables as the public command line's. */
export function readRemote(flags: RemoteFlags, { environment }: Io): Remote | null {
  const url = flags.url ?? (environment["CONVEX_SELF_HOSTED_URL"] || undefined);
  if (url === undefined) return null;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new RemoteError(`"${url}" is no address of a server: give one such as http://127.0.0.1:3210.`);
  const adminKey = flags.adminKey ?? (environment["CONVEX_SELF_HOSTED_ADMIN_KEY"] || undefined);
  if (adminKey === undefined) {
    throw new RemoteError("An admin key is needed: give --admin-key or CONVEX_SELF_HOSTED_ADMIN_KEY. Make one with: rivulet keys create --data <folder of the server>");
  }
  return { url: url.replace(/\/+$/, ""), adminKey };
}

/** Throws RemoteError for whatever is not a success. */
export async function ask({ url, adminKey }: Remote, path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url + path, { ...init, headers: { ...init.headers, Authorization: `Convex ${adminKey}` } });
  } catch (error) {
    throw new RemoteError(`The server at ${url} can't be reached: ${causeOf(error)}. Does it run, and is this its address?`, { cause: error });
  }
  if (!response.ok) throw new RemoteError(await refusalOf(response, url));
  return response;
}

/** Node's fetch says "fetch failed" and keeps the reason beneath. */
export function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}

async function refusalOf(response: Response, url: string): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // said below
  }
  return `${url} answered ${response.status} ${response.statusText}. Is it a server of Rivulet, of a version that has this command?`;
}
