/** What is on the boards. */

export const TEAMS = ["Platform", "Product", "Support", "Design"] as const;

export const PLANS = [
  "Launch checklist",
  "Retrospective",
  "Roadmap",
  "Incident review",
  "Onboarding",
  "Risks",
  "Customer interviews",
  "Hiring plan",
  "Release train",
  "Naming",
  "Budget",
  "Workshop",
] as const;

export const STICKIES = [
  "Who owns this?",
  "Ship it behind a flag",
  "Ask support first",
  "Too many steps",
  "Works on phones?",
  "Measure before and after",
  "Write the runbook",
  "One metric, please",
  "Talk to five users",
  "Cut the scope in half",
  "Rename it",
  "Blocked by the contract",
  "Move to next week",
  "Great demo",
  "Restore a backup",
  "Translate the mails",
  "Dark mode",
  "Less clicking",
  "Keep doing this",
  "Stop doing this",
  "Load test on Thursday",
  "Pair on the migration",
  "Needs a picture",
  "Draft is ready",
  "Check the numbers",
  "Invite design",
  "Quick win",
  "Parked",
] as const;
