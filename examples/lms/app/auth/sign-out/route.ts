/** Ends the session. A form posts here: a link to it on another site ends nobody's. */
import type { NextRequest } from "next/server";
import { originOf } from "@/lib/origin";
import { endSession } from "@/lib/session";

export async function POST(request: NextRequest): Promise<Response> {
  await endSession();
  return Response.redirect(new URL("/", originOf(request)), 303);
}
