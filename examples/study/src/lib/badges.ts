/** How badges are called and drawn. */
import type { Badge } from "../../convex/model/badges";

export const BADGES: Readonly<Record<Badge, { title: string; text: string; sign: string }>> = {
  first_step: { title: "First step", text: "Answered a question", sign: "1" },
  ten_answers: { title: "Ten deep", text: "Answered ten questions", sign: "10" },
  streak_of_five: { title: "In full flow", text: "Five right in a row", sign: "×5" },
  curious: { title: "Curious", text: "Flagged three questions", sign: "?" },
  module_done: { title: "Well filled", text: "Finished a module", sign: "✓" },
  quiz_handed_in: { title: "Handed in", text: "Finished a quiz in time", sign: "»" },
  flawless_quiz: { title: "Clear as water", text: "All right in a quiz", sign: "★" },
};

export const BADGE_KINDS = Object.keys(BADGES) as Badge[];
