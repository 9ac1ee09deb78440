/**
 * Signing in from a terminal: the issuer's page in a browser, which brings the code to a port of this machine. The token
 * lives for minutes, which is longer than most commands.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export async function signIn(issuerUrl: string): Promise<string> {
  const state = randomBytes(16).toString("hex");
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    console.error(`Sign in with your browser: ${issuerUrl}/login?${new URLSearchParams({ redirect_uri: redirectUri, state }).toString()}`);
    const code = await new Promise<string>((found) => {
      server.on("request", (request, response) => {
        const { searchParams } = new URL(request.url ?? "/", redirectUri);
        const isOurs = searchParams.get("state") === state;
        response.writeHead(isOurs ? 200 : 400, { "Content-Type": "text/plain" }).end(isOurs ? "You are signed in. Go back to the terminal." : "This answers no question of ours. Start again.");
        if (isOurs) found(searchParams.get("code") ?? "");
      });
    });
    return await redeem(issuerUrl, code);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function redeem(issuerUrl: string, code: string): Promise<string> {
  const response = await fetch(new URL("/token", issuerUrl), { method: "POST", body: new URLSearchParams({ grant_type: "authorization_code", code }) });
  const { id_token, error } = (await response.json()) as { id_token?: string; error?: string };
  if (id_token === undefined) throw new Error(error ?? "The issuer gave no token. Sign in again.");
  return id_token;
}
