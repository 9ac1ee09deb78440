/** The school's accounts: a stand-in for its user database. */
import type { IssuerSettings } from "../../issuer/settings.js";

const person = (name: string, role: "teacher" | "learner") => ({ id: name.toLowerCase(), name, role });

export default {
  app: "Lectern",
  audience: "lectern",
  algorithm: "RS256",
  accounts: [...["Rowan", "Hazel"].map((name) => person(name, "teacher")), ...["Juniper", "Linden", "Alder", "Willow"].map((name) => person(name, "learner"))],
  variables: ({ url }) => ({ LMS_ISSUER: url }),
} satisfies IssuerSettings;
