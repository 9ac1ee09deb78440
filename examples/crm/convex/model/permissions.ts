/**
 * What may be done, by role. API keys carry the same words as scopes, so that one check serves people and programs.
 *
 * How far it may be done is another question (`Reach` in `auth.ts`): an agent's own records, a team leader's team, an
 * owner's company.
 */
import { v } from "convex/values";
import type { Infer } from "convex/values";

export const role = v.union(v.literal("owner"), v.literal("leader"), v.literal("agent"));
export type Role = Infer<typeof role>;

export const permission = v.union(
  v.literal("contacts:read"),
  v.literal("contacts:write"),
  v.literal("deals:read"),
  v.literal("deals:write"),
  v.literal("tasks:read"),
  v.literal("tasks:write"),
  v.literal("teams:read"),
  v.literal("teams:write"),
  v.literal("members:read"),
  v.literal("members:write"),
  v.literal("keys:read"),
  v.literal("keys:write"),
  v.literal("audit:read"),
  v.literal("export"),
);
export type Permission = Infer<typeof permission>;

const AGENT: readonly Permission[] = [
  "contacts:read",
  "contacts:write",
  "deals:read",
  "deals:write",
  "tasks:read",
  "tasks:write",
  "teams:read",
  "members:read",
];
const LEADER: readonly Permission[] = [...AGENT, "export"];
export const PERMISSIONS: readonly Permission[] = permission.members.map(({ value }) => value);

const BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = { owner: PERMISSIONS, leader: LEADER, agent: AGENT };

export function permissionsOf(role: Role): readonly Permission[] {
  return BY_ROLE[role];
}

export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}
