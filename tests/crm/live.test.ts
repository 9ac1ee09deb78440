/**
 * E-20, E-25: what is on screen follows roles and names by itself. A change of role runs again what that person has open, and
 * nothing else; a search is relevant, filtered, transactional and live.
 */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mutationNamed, queryNamed, until } from "../harness.js";
import { CrmDeployment, type Rest } from "./deployment.js";

type Board = readonly { readonly deals: readonly { readonly title: string; readonly ownerId: string }[] }[];
type Members = readonly { readonly _id: string; readonly name: string }[];
type Found = readonly { readonly fullName: string }[];

let crm: CrmDeployment;
let rest: Rest;

beforeAll(async () => {
  crm = await CrmDeployment.start();
  rest = crm.rest(await crm.newKey(["contacts:read", "contacts:write", "members:read", "members:write"]));
});
afterAll(async () => await crm?.[Symbol.asyncDispose]());

/** The newest result of a live query, or the error that it ended with. */
class Screen<Result> {
  result: Result | undefined;
  error: Error | undefined;
  updates = 0;

  constructor(client: ConvexClient, query: string, args: Record<string, unknown> = {}) {
    client.onUpdate(
      queryNamed(query),
      args,
      (result) => {
        this.updates++;
        this.error = undefined;
        this.result = result as Result;
      },
      (error) => (this.error = error),
    );
  }

  async shows(condition: (result: Result) => boolean, what: string): Promise<void> {
    await until(() => this.result !== undefined && condition(this.result), what);
  }
}

const deals = (board: Board): string[] => board.flatMap(({ deals }) => deals.map(({ title }) => title)).sort();
const namesOf = (found: Found): string[] => found.map(({ fullName }) => fullName);
const liveRuns = (): Promise<number> => crm.server.metric("rivulet_engine_live_query_runs_total");

async function memberIdOf(name: string): Promise<string> {
  const owner = await crm.http("owner");
  const members = (await owner.query(queryNamed("members:list"), {})) as Members;
  return members.find((member) => member.name === name)!._id;
}

test("E-20 a role that changes is on that person's screen at once; queries that do not read it do not run", async () => {
  const agent = new Screen<Board>(await crm.live("agent-1"), "deals:board");
  const bystander = new Screen<Board>(await crm.live("agent-3"), "deals:board");
  await agent.shows((board) => deals(board).length === 3, "the agent's own deals");
  await bystander.shows((board) => deals(board).length === 4, "the other agent's deals");
  const [owner, memberId] = [await crm.http("owner"), await memberIdOf("Agent 1")];

  let runs = await liveRuns();
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "leader" });
  await agent.shows((board) => deals(board).length === 7, "the whole team's deals");
  expect(await liveRuns()).toBe(runs + 1);

  runs = await liveRuns();
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "owner" });
  await agent.shows((board) => deals(board).length === 12, "the whole company's deals");
  expect(await liveRuns()).toBe(runs + 1);

  runs = await liveRuns();
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "agent" });
  await agent.shows((board) => deals(board).length === 3, "their own deals only");
  // The same role again is no change, wakes nobody, and is not in the audit.
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "agent" });
  expect(await liveRuns()).toBe(runs + 1);
  expect(bystander.updates).toBe(1);
});

test("E-20 a permission that ends is refused on open screens too, by its name", async () => {
  const client = await crm.live("leader");
  const [owner, memberId] = [await crm.http("owner"), await memberIdOf("Team leader")];
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "owner" });
  const keys = new Screen<unknown[]>(client, "apiKeys:list");
  await keys.shows((list) => list.length === 1, "the company's keys");
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "leader" });
  await until(() => keys.error !== undefined, "the refusal");
  expect(keys.error).toMatchObject({ data: { code: "NOT_ALLOWED", message: expect.stringContaining('"keys:read"') as string } });
  await expect(client.mutation(mutationNamed("members:setRole"), { memberId, role: "owner" })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "owner" });
  await until(() => keys.error === undefined, "the keys to be back");
  await owner.mutation(mutationNamed("members:setRole"), { memberId, role: "leader" });
});

test("E-20 a member who is removed sees nothing of the company any more, and their records have an heir", async () => {
  const agent = new Screen<Board>(await crm.live("agent-2"), "deals:board");
  await agent.shows((board) => deals(board).length === 3, "the agent's deals");
  const [owner, memberId] = [await crm.http("owner"), await memberIdOf("Agent 2")];
  await expect(owner.mutation(mutationNamed("members:remove"), { memberId: await memberIdOf("Owner") })).rejects.toMatchObject({ data: { code: "CONFLICT" } });
  await owner.mutation(mutationNamed("members:remove"), { memberId });
  await until(() => agent.error !== undefined, "the refusal");
  expect(agent.error).toMatchObject({ data: { code: "NO_COMPANY" } });
  const board = new Screen<Board>(await crm.live("owner"), "deals:board");
  await board.shows((columns) => columns.every((column) => column.deals.every(({ ownerId }) => ownerId !== memberId)), "the heir to have their deals");
});

test("E-25 a search is live and transactional: what is written is found by the next query", async () => {
  const screen = new Screen<Found>(await crm.live("owner"), "contacts:search", { text: "ada" });
  await screen.shows((found) => namesOf(found).length === 1, "the one who is there");
  for (const fullName of ["Ada Coleman", "Byron Ada"]) {
    const { body } = await rest("POST", "/v1/contacts", { fullName });
    expect((await rest("GET", "/v1/search?q=ada")).body.data.map(({ id }) => id)).toContain(body.id);
  }
  await screen.shows((found) => namesOf(found).length === 3, "all three");
  const { body } = await rest("GET", "/v1/search?q=coleman");
  expect(body.data.map((contact) => contact["fullName"])).toEqual(["Ada Coleman"]);
  await rest("PATCH", `/v1/contacts/${body.data[0]!.id}`, { fullName: "Ida Coleman" });
  await screen.shows((found) => namesOf(found).length === 2, "the renamed one to go");
  await rest("DELETE", `/v1/contacts/${body.data[0]!.id}`);
  expect((await rest("GET", "/v1/search?q=coleman")).body.data).toEqual([]);
});

test("E-25 a search is relevant, and finds words by their beginnings", async () => {
  for (const fullName of ["Grace Murray", "Murray Hill Grace", "Murray Murray Gell"]) await rest("POST", "/v1/contacts", { fullName });
  const search = async (text: string) => (await rest("GET", `/v1/search?q=${encodeURIComponent(text)}`)).body.data.map((contact) => contact["fullName"]);
  // Who matches more of the words comes first.
  expect((await search("grace murray")).slice(0, 2).sort()).toEqual(["Grace Murray", "Murray Hill Grace"]);
  expect(await search("babb")).toEqual(["Charles Babbage"]);
  expect(await search("KATHERINE johns")).toContain("Katherine Johnson");
  expect(await search("zzz")).toEqual([]);
  expect((await rest("GET", "/v1/search?q=%20")).status).toBe(400);
});

test("E-25 a search finds what the caller can reach, in their company only", async () => {
  const agent = await crm.http("agent-3");
  expect(namesOf((await agent.query(queryNamed("contacts:search"), { text: "ada" })) as Found)).toEqual([]);
  expect(namesOf((await agent.query(queryNamed("contacts:search"), { text: "shannon" })) as Found)).toEqual(["Claude Shannon"]);
  const stranger = await crm.http("newcomer");
  await stranger.mutation(mutationNamed("account:createCompany"), { name: "Another" });
  expect(await stranger.query(queryNamed("contacts:search"), { text: "shannon" })).toEqual([]);
});
