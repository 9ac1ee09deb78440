/** OL-1 … OL-3: slow mutations run beside the fast ones, are validated when they commit, and always end. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "./harness.js";

/** Some 40 ms of computing on an ordinary machine: well past the threshold. */
const ROUNDS = 30_000_000;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("basics");
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

async function openAccount(): Promise<string> {
  return (await server.client().mutation(mutationNamed("accounts:open"), { owner: "x", balance: 0 })) as string;
}

describe("OL optimistic lane", () => {
  it("OL-1 a mutation measured as slow moves to the lane and commits what it wrote there", async () => {
    const id = await openAccount();
    const client = server.client();
    for (let i = 0; i < 4; i++) await client.mutation(mutationNamed("slow:increment"), { id, rounds: ROUNDS });
    expect(await client.query(queryNamed("accounts:balance"), { id })).toBe(4);
    expect(await server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(0);
  });

  it("OL-2 loses no update under contention: what lost against another commit runs again in order", async () => {
    const id = await openAccount();
    const clients = Array.from({ length: 4 }, () => server.client());
    const slowCalls = clients.flatMap((client) => [1, 2].map(() => client.mutation(mutationNamed("slow:increment"), { id, rounds: ROUNDS })));
    const fast = server.client();
    for (let i = 0; i < 50; i++) await fast.mutation(mutationNamed("accounts:increment"), { id });
    await Promise.all(slowCalls);
    expect(await fast.query(queryNamed("accounts:balance"), { id })).toBe(58);
  });

  it("OL-3 keeps the order of one session: a fast mutation sent after a slow one sees what it wrote", async () => {
    const id = await openAccount();
    const client = server.client();
    const first = client.mutation(mutationNamed("slow:increment"), { id, rounds: ROUNDS });
    const second = client.mutation(mutationNamed("accounts:increment"), { id });
    await first;
    expect(await second).toBe(2);
    await until(async () => (await client.query(queryNamed("accounts:balance"), { id })) === 2, "both to be there");
  });
});
