/**
 * Signing in from a terminal: the issuer's page in a browser, which brings the code to a port of this machine. A token lives
 * for minutes; whoever watches for longer gets new ones, for as long as the refresh token is good.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** As `ConvexClient.setAuth` takes it. */
export type FetchToken = (options: { forceRefreshToken: boolean }) => Promise<string>;

interface Tokens {
  readonly id_token: string;
  readonly refresh_token: string;
}

export async function signIn(issuerUrl: string): Promise<FetchToken> {
  let tokens = await ask(issuerUrl, { grant_type: "authorization_code", code: await codeFromBrowser(issuerUrl) });
  return async ({ forceRefreshToken }) => {
    if (forceRefreshToken) tokens = await ask(issuerUrl, { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    return tokens.id_token;
  };
}

async function codeFromBrowser(issuerUrl: string): Promise<string> {
  const state = randomBytes(16).toString("hex");
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    console.error(`Sign in with your browser: ${issuerUrl}/login?${new URLSearchParams({ redirect_uri: redirectUri, state }).toString()}`);
    return await new Promise<string>((found) => {
      server.on("request", (request, response) => {
        const { searchParams } = new URL(request.url ?? "/", redirectUri);
        const isOurs = searchParams.get("state") === state;
        response.writeHead(isOurs ? 200 : 400, { "Content-Type": "text/plain" }).end(isOurs ? "You are signed in. Go back to the terminal." : "This answers no question of ours. Start again.");
        if (isOurs) found(searchParams.get("code") ?? "");
      });
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function ask(issuerUrl: string, grant: Record<string, string>): Promise<Tokens> {
  const response = await fetch(new URL("/token", issuerUrl), { method: "POST", body: new URLSearchParams(grant) });
  const answer = (await response.json()) as Partial<Tokens> & { error?: string };
  const { id_token, refresh_token } = answer;
  if (id_token === undefined || refresh_token === undefined) throw new Error(answer.error ?? "The issuer gave no token. Sign in again.");
  return { id_token, refresh_token };
}
