/**
 * Whose tokens this app accepts. `WHITEBOARD_JWKS` is the issuer's public keys as a data URI, so that the deployment never
 * has to reach the issuer; the address of the keys will do as well.
 */
import type { AuthConfig } from "convex/server";

export default {
  providers: [
    {
      type: "customJwt",
      issuer: process.env.WHITEBOARD_ISSUER!,
      jwks: process.env.WHITEBOARD_JWKS!,
      algorithm: "ES256",
      applicationID: "whiteboard",
    },
  ],
} satisfies AuthConfig;
