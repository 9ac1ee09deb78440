/** X-1 … X-7: whatever a client sends or a function does fails alone; everybody else is served on. */
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "./harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("basics");
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const query = (name: string, args = {}) => server.http().query(queryNamed(name), args) as Promise<unknown>;
const mutation = (name: string, args = {}) => server.http().mutation(mutationNamed(name), args) as Promise<unknown>;
const engineDeaths = () => server.stderr.split("\n").filter((line) => line.includes("The engine died")).length;

describe("X hostile", () => {
  it("X-1 frames nested deeper than can be printed close their own socket only", async () => {
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    for (let i = 0; i < 8; i++) {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/1.48.0/sync`);
      const closed = new Promise<number>((resolve) => socket.on("close", resolve));
      socket.on("open", () => {
        socket.send(JSON.stringify({ type: "Connect", sessionId: crypto.randomUUID(), connectionCount: 0, lastCloseReason: null, clientTs: 0 }));
        socket.send(`{"type":"Mutation","requestId":0,"udfPath":"accounts:open","args":[{"deep":${deep}}]}`);
      });
      expect(await closed).toBe(1002);
    }
    const response = await fetch(`${server.url}/api/query`, { method: "POST", body: `{"path":"accounts:total","args":{"deep":${deep}}}` });
    expect(response.status).toBe(400);
    expect(await query("accounts:total")).toBe(0);
    expect(engineDeaths()).toBe(0);
  });

  it("X-2 a thrown or printed proxy whose traps throw fails its function", async () => {
    await expect(query("hostile:throwsProxy")).rejects.toThrow("Server Error");
    expect(await query("hostile:printsProxy")).toBe("printed");
    expect(engineDeaths()).toBe(0);
  });

  it("X-3 many calls side by side are no deep recursion; deep recursion is refused", async () => {
    expect(await query("hostile:many", { count: 200 })).toBe(200);
    await expect(query("hostile:recursion")).rejects.toThrow("more than 64 deep");
  });

  it("X-4 a document that no index can hold is refused alone", async () => {
    const others = Array.from({ length: 10 }, (_, i) => mutation("accounts:open", { owner: `other ${i}`, balance: 1 }));
    await expect(mutation("hostile:openLongKey")).rejects.toThrow("too large for an index");
    await Promise.all(others);
    expect(await query("accounts:total")).toBe(10);
  });

  it("X-5 what a function prints is bounded in all", async () => {
    const reply = (await (await fetch(`${server.url}/api/query`, { method: "POST", body: JSON.stringify({ path: "hostile:prints", args: {} }) })).json()) as { logLines: string[] };
    expect(reply.logLines.join("").length).toBeLessThan(400_000);
    expect(reply.logLines.at(-1)).toContain("more lines were dropped");
  });

  it("X-6 work that goes on after a function has answered is not committed, in its own call or another's", async () => {
    const before = await query("accounts:total");
    const calls = Array.from({ length: 20 }, (_, i) => [mutation("hostile:floating", { owner: `floating ${i}` }), mutation("accounts:open", { owner: `steady ${i}`, balance: 0 })]);
    await Promise.all(calls.flat());
    expect(await query("accounts:total")).toBe(before);
  });

  it("X-7 thousands of refused calls behind a slow mutation are answered in order", async () => {
    const id = (await mutation("accounts:open", { owner: "slow", balance: 0 })) as string;
    for (let i = 0; i < 3; i++) await mutation("slow:increment", { id, rounds: 30_000_000 });
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/1.48.0/sync`);
    const answered: number[] = [];
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; requestId: number };
      if (message.type === "MutationResponse") answered.push(message.requestId);
    });
    await new Promise((resolve) => socket.on("open", resolve));
    socket.send(JSON.stringify({ type: "Connect", sessionId: crypto.randomUUID(), connectionCount: 0, lastCloseReason: null, clientTs: 0 }));
    socket.send(JSON.stringify({ type: "Mutation", requestId: 0, udfPath: "slow:increment", args: [{ id, rounds: 30_000_000 }] }));
    for (let i = 1; i <= 20_000; i++) socket.send(`{"type":"Mutation","requestId":${i},"udfPath":"accounts:open","args":[{}],"componentPath":"x"}`);
    await until(() => answered.length === 20_001, "every answer", 40_000);
    expect(answered).toEqual(Array.from({ length: 20_001 }, (_, i) => i));
    socket.close();
    expect(engineDeaths()).toBe(0);
  });
});
