/** What the issuer, which examples share, has to know about this one. */
import type { IssuerSettings } from "../../issuer/settings.js";
import { DEMO_ACCOUNTS } from "./accounts.js";

export default {
  app: "Exam Hall",
  audience: "exam-hall",
  algorithm: "RS256",
  accounts: DEMO_ACCOUNTS,
  variables: ({ url }) => ({ EXAM_ISSUER: url, EXAM_JWKS: `${url}/.well-known/jwks.json` }),
} satisfies IssuerSettings;
