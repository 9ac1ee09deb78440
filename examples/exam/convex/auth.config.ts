/**
 * Whose tokens this app accepts: those of the exam system beside it, which has the accounts. Nobody signs up here.
 *
 * `EXAM_JWKS` is the address of the issuer's public keys, or the keys themselves as a data URI where this deployment
 * cannot reach the issuer.
 */
import type { AuthConfig } from "convex/server";

export default {
  providers: [
    {
      type: "customJwt",
      issuer: process.env.EXAM_ISSUER!,
      jwks: process.env.EXAM_JWKS!,
      algorithm: "RS256",
      applicationID: "exam-hall",
    },
  ],
} satisfies AuthConfig;
