/** The origin that a browser has asked, which a server behind another one knows from its headers alone. */
import type { NextRequest } from "next/server";

export function originOf(request: NextRequest): string {
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host") ?? request.nextUrl.host;
  const protocol = request.headers.get("x-forwarded-proto") ?? request.nextUrl.protocol.replace(":", "");
  return `${protocol.split(",")[0]!.trim()}://${host}`;
}
