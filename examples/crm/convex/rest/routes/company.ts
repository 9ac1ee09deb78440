/** Endpoints of the company: members, teams, API keys, figures, audit, outbox. */
import { internal } from "../../_generated/api";
import { newKey } from "../../model/apiKeys";
import { crmError } from "../../model/errors";
import { RATE_PER_MINUTE_DEFAULT } from "../../model/limits";
import { del, get, pageOf, patch, post } from "../endpoint";
import type { Endpoint } from "../endpoint";
import { oneOf, optional, parse, parseChanges, scopes, text, wholeNumber, withDefault } from "../fields";

const role = oneOf(["owner", "leader", "agent"]);
const company = internal.rest.company;
const members = internal.rest.members;

export const companyEndpoints: readonly Endpoint[] = [
  get("/v1/me", null, "The key that asks, and its company", (ctx, { keyId }) => ctx.runQuery(company.me, { keyId })),
  get("/v1/stats", "deals:read", "Figures of the company; needs contacts:read too", (ctx, { keyId }) => ctx.runQuery(company.stats, { keyId })),
  get("/v1/audit", "audit:read", "Who did what, newest first", (ctx, call) => ctx.runQuery(company.audit, { keyId: call.keyId, ...pageOf(call) })),
  get("/v1/outbox", "contacts:read", "Mail that sequences have sent, newest first", (ctx, call) => ctx.runQuery(company.outbox, { keyId: call.keyId, ...pageOf(call) })),

  get("/v1/members", "members:read", "The people of the company", (ctx, { keyId }) => ctx.runQuery(members.list, { keyId })),
  post("/v1/members", "members:write", "Invite somebody", (ctx, { keyId, body }) =>
    ctx.runMutation(members.invite, { keyId, ...parse(body, { name: text, email: text, role: withDefault(role, "agent"), teamId: optional(text) }) }),
  ),
  get("/v1/members/{member}", "members:read", "A member", (ctx, { keyId, parameter }) => ctx.runQuery(members.get, { keyId, memberId: parameter("member") })),
  patch("/v1/members/{member}", "members:write", "Change a member's role or team", (ctx, { keyId, parameter, body }) =>
    ctx.runMutation(members.update, { keyId, memberId: parameter("member"), changes: parseChanges(body, { role, teamId: optional(text) }) }),
  ),
  del("/v1/members/{member}", "members:write", "Remove a member; ?heir= is the member who gets their records", (ctx, { keyId, parameter, query }) => {
    const heirId = query.get("heir");
    if (heirId === null || heirId === parameter("member")) throw crmError("INVALID", "Say who gets this member's records: ?heir=, the id of another member.");
    return ctx.runMutation(members.remove, { keyId, memberId: parameter("member"), heirId });
  }),

  get("/v1/teams", "teams:read", "The teams of the company", (ctx, { keyId }) => ctx.runQuery(members.listTeams, { keyId })),
  post("/v1/teams", "teams:write", "Add a team", (ctx, { keyId, body }) => ctx.runMutation(members.createOneTeam, { keyId, ...parse(body, { name: text }) })),
  get("/v1/teams/{team}", "teams:read", "A team", (ctx, { keyId, parameter }) => ctx.runQuery(members.getTeam, { keyId, teamId: parameter("team") })),
  patch("/v1/teams/{team}", "teams:write", "Rename a team", (ctx, { keyId, parameter, body }) => ctx.runMutation(members.updateTeam, { keyId, teamId: parameter("team"), ...parse(body, { name: text }) })),
  del("/v1/teams/{team}", "teams:write", "Remove a team; its members stay", (ctx, { keyId, parameter }) => ctx.runMutation(members.removeOneTeam, { keyId, teamId: parameter("team") })),
  get("/v1/teams/{team}/members", "members:read", "The members of a team", (ctx, { keyId, parameter }) => ctx.runQuery(members.listTeamMembers, { keyId, teamId: parameter("team") })),

  get("/v1/keys", "keys:read", "The API keys of the company", (ctx, { keyId }) => ctx.runQuery(company.listKeys, { keyId })),
  post("/v1/keys", "keys:write", "Make an API key; its answer is the only one that has it", async (ctx, { keyId, body }) => {
    const input = parse(body, { name: text, scopes, ratePerMinute: withDefault(wholeNumber, RATE_PER_MINUTE_DEFAULT) });
    const { key, hash, ending } = await newKey();
    return { ...(await ctx.runMutation(company.createKey, { keyId, ...input, hash, ending })), key };
  }),
  get("/v1/keys/{key}", "keys:read", "An API key", (ctx, { keyId, parameter }) => ctx.runQuery(company.getKey, { keyId, id: parameter("key") })),
  patch("/v1/keys/{key}", "keys:write", "Change a key's name, scopes or rate", (ctx, { keyId, parameter, body }) =>
    ctx.runMutation(company.updateKey, { keyId, id: parameter("key"), changes: parseChanges(body, { name: text, scopes, ratePerMinute: wholeNumber }) }),
  ),
  del("/v1/keys/{key}", "keys:write", "Remove a key that was revoked", (ctx, { keyId, parameter }) => ctx.runMutation(company.removeKey, { keyId, id: parameter("key") })),
  post("/v1/keys/{key}/revoke", "keys:write", "Revoke a key", (ctx, { keyId, parameter }) => ctx.runMutation(company.revokeKey, { keyId, id: parameter("key") })),
];
