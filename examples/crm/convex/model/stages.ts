/** The stages of a deal, from left to right on the board. Apart from the functions, so that clients can have them. */
import type { Doc } from "../_generated/dataModel";

export type Stage = Doc<"deals">["stage"];
export const STAGES: readonly Stage[] = ["new", "qualified", "proposal", "won", "lost"];
/** As people read them. */
export const STAGE_NAMES: Readonly<Record<Stage, string>> = { new: "New", qualified: "Qualified", proposal: "Proposal", won: "Won", lost: "Lost" };
