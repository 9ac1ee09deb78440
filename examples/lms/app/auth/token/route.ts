/** A token for the page's socket. 401 where nobody is signed in any more. */
import { sessionToken } from "@/lib/session";

export async function POST(): Promise<Response> {
  const token = await sessionToken();
  const headers = { "Cache-Control": "no-store" };
  return token === undefined ? Response.json({ error: "You are not signed in." }, { status: 401, headers }) : Response.json({ token }, { headers });
}
