/**
 * A company to look at, for `npm run example -- crm` and whoever runs `npx convex run demo:seed`. Its people have the addresses of the
 * issuer's demo accounts, and become members when they sign in. Runs once: a second call changes nothing.
 */
import type { Infer } from "convex/values";
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import type { Role } from "./model/permissions";
import type { contactStatus, stage as dealStage } from "./schema";

const DAY_MS = 86_400_000;

const MEMBERS: readonly { name: string; email: string; role: Role; team: number | null }[] = [
  { name: "Owner", email: "owner@ferry.example", role: "owner", team: null },
  { name: "Team leader", email: "leader@ferry.example", role: "leader", team: 0 },
  { name: "Agent 1", email: "agent-1@ferry.example", role: "agent", team: 0 },
  { name: "Agent 2", email: "agent-2@ferry.example", role: "agent", team: 0 },
  { name: "Agent 3", email: "agent-3@ferry.example", role: "agent", team: 1 },
];
const TEAMS = ["North", "South"];

/** People of the history of computing and mathematics. The number is that of their member above. */
const CONTACTS: readonly [name: string, organisation: string, status: Infer<typeof contactStatus>, owner: number, deal: [title: string, valueCents: number, stage: Infer<typeof dealStage>] | null][] = [
  ["Ada Lovelace", "Analytical Engine", "lead", 2, ["Notes on the engine", 1_250_000, "proposal"]],
  ["Charles Babbage", "Analytical Engine", "lead", 2, ["Difference engine no. 2", 4_800_000, "qualified"]],
  ["Grace Hopper", "Harvard Computation Lab", "customer", 2, ["Compiler rollout", 3_200_000, "won"]],
  ["Alan Turing", "National Physical Laboratory", "lead", 3, ["Automatic computing engine", 6_400_000, "qualified"]],
  ["Katherine Johnson", "Langley Research Center", "lead", 3, ["Trajectory desk", 2_100_000, "proposal"]],
  ["Dorothy Vaughan", "Langley Research Center", "customer", 3, ["FORTRAN training", 860_000, "won"]],
  ["Emmy Noether", "University of Göttingen", "lead", 1, ["Symmetry seminar", 540_000, "new"]],
  ["Sofia Kovalevskaya", "Stockholm University", "lead", 1, null],
  ["Hedy Lamarr", "Frequency Hopping", "lead", 4, ["Secret communication", 1_900_000, "new"]],
  ["Claude Shannon", "Bell Labs", "customer", 4, ["Channel capacity", 2_750_000, "won"]],
  ["Mary Somerville", "Royal Astronomical Society", "lead", 4, ["Almanac subscription", 120_000, "new"]],
  ["George Boole", "Queen's College Cork", "lost", 4, ["Laws of thought", 310_000, "lost"]],
  ["Maria Gaetana Agnesi", "University of Bologna", "lead", 0, null],
  ["Srinivasa Ramanujan", "Trinity College", "lead", 0, ["Notebook archive", 980_000, "new"]],
];

export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if ((await ctx.db.query("companies").first()) !== null) return null;
    const companyId = await ctx.db.insert("companies", { name: "Landing Stage" });
    const teamIds = await Promise.all(TEAMS.map((name) => ctx.db.insert("teams", { companyId, name })));
    const memberIds = await Promise.all(
      MEMBERS.map(({ team, ...fields }) => ctx.db.insert("members", { companyId, userId: null, ...fields, teamId: team === null ? null : teamIds[team]! })),
    );
    for (const [fullName, organisation, status, owner, deal] of CONTACTS) {
      const ownership = { companyId, ownerId: memberIds[owner]!, teamId: MEMBERS[owner]!.team === null ? null : teamIds[MEMBERS[owner]!.team!]! };
      const email = `${fullName.toLowerCase().replace(/[^a-z]+/g, ".")}@${organisation.toLowerCase().replace(/[^a-z]+/g, "-")}.example`;
      const contactId = await ctx.db.insert("contacts", { ...ownership, fullName, organisation, status, email, phone: null });
      await ctx.db.insert("activities", { companyId, contactId, kind: "created", actorName: MEMBERS[owner]!.name, text: "Added this contact" });
      if (deal !== null) await addDeal(ctx, { ...ownership, contactId }, deal);
    }
    await addTasks(ctx, companyId);
    return null;
  },
});

async function addDeal(
  ctx: MutationCtx,
  where: { companyId: Id<"companies">; ownerId: Id<"members">; teamId: Id<"teams"> | null; contactId: Id<"contacts"> },
  [title, valueCents, stage]: [string, number, Infer<typeof dealStage>],
): Promise<void> {
  await ctx.db.insert("deals", { ...where, title, valueCents, stage, closedAt: stage === "won" || stage === "lost" ? Date.now() : null });
}

async function addTasks(ctx: MutationCtx, companyId: Id<"companies">): Promise<void> {
  const contacts = await ctx.db.query("contacts").withIndex("by_company", (q) => q.eq("companyId", companyId)).take(6);
  for (const [index, { _id: contactId, ownerId, teamId, fullName }] of contacts.entries()) {
    const title = index % 2 === 0 ? `Send the offer to ${fullName}` : `Ask ${fullName} for a date`;
    await ctx.db.insert("tasks", { companyId, contactId, ownerId, teamId, title, dueAt: Date.now() + (index - 1) * DAY_MS, isDone: index === 5 });
  }
}
