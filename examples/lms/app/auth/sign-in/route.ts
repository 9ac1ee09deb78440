/** To the issuer's login page. */
import type { NextRequest } from "next/server";
import { issuerUrl } from "@/lib/issuer";
import { originOf } from "@/lib/origin";
import { newState } from "@/lib/session";

export async function GET(request: NextRequest): Promise<Response> {
  const target = new URL("/login", issuerUrl());
  target.searchParams.set("redirect_uri", new URL("/auth/callback", originOf(request)).href);
  target.searchParams.set("state", await newState());
  return Response.redirect(target, 303);
}
