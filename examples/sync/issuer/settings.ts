/** What the issuer, which examples share, has to know about this one. */
import type { IssuerSettings } from "../../issuer/settings.js";
import { DEMO_ACCOUNTS } from "./accounts.js";

export default {
  app: "Whiteboard",
  audience: "whiteboard",
  algorithm: "ES256",
  accounts: DEMO_ACCOUNTS,
  variables: ({ url, keys }) => ({ WHITEBOARD_ISSUER: url, WHITEBOARD_JWKS: keys }),
} satisfies IssuerSettings;
