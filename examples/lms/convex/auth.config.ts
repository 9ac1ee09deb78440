/**
 * Whose tokens this app accepts: those of an OpenID Connect provider, which has the accounts. Nobody signs up here. The deployment finds
 * the provider's keys by itself, at `<LMS_ISSUER>/.well-known/openid-configuration`.
 */
import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.LMS_ISSUER!, applicationID: "lectern" }],
} satisfies AuthConfig;
