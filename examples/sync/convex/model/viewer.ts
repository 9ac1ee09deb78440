/** Who is calling, from the claims of the token. Only what costs something asks: heartbeats, which make fetches, and wiping. */
import type { Auth } from "convex/server";
import { whiteboardError } from "./errors";

export type Role = "viewer" | "operator";

export interface Viewer {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
}

export async function requireViewer(ctx: { auth: Auth }): Promise<Viewer> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw whiteboardError("NOT_SIGNED_IN", "You are not signed in. Sign in to keep boards up to date.");
  const { subject, name, role } = identity;
  if (role !== "viewer" && role !== "operator") throw whiteboardError("BAD_CLAIMS", "Your token lacks the claim `role`. Sign in with another account.");
  return { userId: subject, name: name ?? subject, role };
}

export async function requireOperator(ctx: { auth: Auth }): Promise<Viewer> {
  const viewer = await requireViewer(ctx);
  if (viewer.role !== "operator") throw whiteboardError("NOT_ALLOWED", "Only operators may wipe the boards.");
  return viewer;
}
