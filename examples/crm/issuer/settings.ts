/** What the issuer, which examples share, has to know about this one. */
import type { IssuerSettings } from "../../issuer/settings.js";
import { DEMO_ACCOUNTS } from "./accounts.js";

export default {
  app: "Ferry",
  audience: "ferry",
  algorithm: "RS256",
  accounts: DEMO_ACCOUNTS,
  variables: ({ url }) => ({ CRM_ISSUER: url }),
} satisfies IssuerSettings;
