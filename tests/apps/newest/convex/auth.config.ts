import type { AuthConfig } from "convex/server";

/** The deployment trusts the tokens that it signs itself: for one audience as a custom provider, for another by discovery. */
export default {
  providers: [
    { type: "customJwt", issuer: process.env.CONVEX_CLOUD_URL!, jwks: `${process.env.CONVEX_CLOUD_URL}/.well-known/jwks.json`, algorithm: "ES256", applicationID: "newest" },
    { domain: process.env.CONVEX_CLOUD_URL!, applicationID: "discovered" },
  ],
} satisfies AuthConfig;
