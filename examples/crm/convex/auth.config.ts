/** Whose tokens this app accepts: an OpenID Connect provider, by its address. Its keys are found by discovery. */
import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.CRM_ISSUER!, applicationID: "ferry" }],
} satisfies AuthConfig;
