/** Words for roles, statuses and kinds. */
import type { Doc } from "../../../../convex/_generated/dataModel";
import type { Role } from "../../../../convex/model/permissions";

export const ROLE_NAMES: Readonly<Record<Role, string>> = { owner: "Owner", leader: "Team leader", agent: "Agent" };
export const ROLES = Object.keys(ROLE_NAMES) as Role[];

type Status = Doc<"contacts">["status"];
export const STATUS_NAMES: Readonly<Record<Status, string>> = { lead: "Lead", customer: "Customer", lost: "Lost" };
export const STATUSES = Object.keys(STATUS_NAMES) as Status[];
