/** Back from the issuer, with a code: the session begins, and the person enters the school. */
import { fetchMutation } from "convex/nextjs";
import type { NextRequest } from "next/server";
import { api } from "@/convex/_generated/api";
import { tokensFor } from "@/lib/issuer";
import { originOf } from "@/lib/origin";
import { beginSession, takeState } from "@/lib/session";

export async function GET(request: NextRequest): Promise<Response> {
  const { searchParams } = request.nextUrl;
  const [code, state] = [searchParams.get("code"), await takeState()];
  if (code === null || state === undefined || state !== searchParams.get("state")) return backTo(request, "/?problem=sign-in");
  try {
    const { id_token, refresh_token } = await tokensFor({ grant_type: "authorization_code", code });
    await fetchMutation(api.users.enter, {}, { token: id_token });
    await beginSession(refresh_token);
  } catch (error) {
    console.error("A sign-in failed.", error);
    return backTo(request, "/?problem=sign-in");
  }
  return backTo(request, "/");
}

function backTo(request: NextRequest, path: string): Response {
  return Response.redirect(new URL(path, originOf(request)), 303);
}
