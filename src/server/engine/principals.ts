/** Who requests act as, in the form that functions see. */
import type { Identity } from "../../live/live-query.js";
import type { Principal } from "../../live/session.js";

/** An admin, acting as the user whose claims are given, or as nobody. */
export function adminPrincipal(actingAs: Identity | null, adminName?: string): Principal {
  return { identity: actingAs === null ? null : withTokenIdentifier(actingAs), isAdmin: true, ...(adminName === undefined ? {} : { adminName }) };
}

/** A user is told apart by issuer and subject together; functions find both in one field. */
function withTokenIdentifier(claims: Identity): Identity {
  const { issuer, subject, tokenIdentifier } = claims;
  if (tokenIdentifier !== undefined || typeof issuer !== "string" || typeof subject !== "string") return claims;
  return { ...claims, tokenIdentifier: `${issuer}|${subject}` };
}
