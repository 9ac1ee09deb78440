/** The demo of `convex-svelte`: a chat with muted words and errors on purpose, seeded by an internal mutation. */
import { makeFunctionReference } from "convex/server";
import { expect } from "vitest";
import { Watch } from "../../sync/watch.js";
import type { Use } from "./use.js";

type Message = { author: string; body: string };

const list = makeFunctionReference<"query", { muteWords?: string[] }, Message[]>("messages:list");
const firstMessage = makeFunctionReference<"query", { fail: boolean }, Message | null>("messages:firstMessage");
const error = makeFunctionReference<"query">("messages:error");
const send = makeFunctionReference<"mutation", Message, null>("messages:send");
const seed = makeFunctionReference<"mutation">("messages:seed");

export const convexSvelte: Use = {
  app: "convex-svelte",
  shows: "`convex run` of the seed, the chat live with and without muted words, a ConvexError, an Error, an internal mutation refused to clients",
  async run(server, folder) {
    const client = server.client();
    const [all, calm] = [Watch.on(client, list, {}), Watch.on(client, list, { muteWords: ["vim"] })];
    expect(await all.value()).toEqual([]);
    expect((await server.convex(folder, ["run", "messages:seed"])).code).toBe(0);
    const seeded = await all.value((messages) => messages.length > 0);
    expect(seeded.some(({ body }) => body.includes("vim"))).toBe(true);
    const muted = seeded.filter(({ body }) => !body.toLowerCase().includes("vim"));
    expect((await calm.value((messages) => messages.length > 0)).map(({ body }) => body)).toEqual(muted.map(({ body }) => body));
    await client.mutation(send, { author: "me", body: "I use ed" });
    expect((await calm.value((messages) => messages.length === muted.length + 1))[0]).toMatchObject({ author: "me", body: "I use ed" });
    expect(await client.query(firstMessage, { fail: false })).toMatchObject({ author: seeded.at(-1)!.author });
    await expect(client.query(firstMessage, { fail: true })).rejects.toThrow("test error");
    await expect(client.query(error, {})).rejects.toMatchObject({ data: "this is a Convex error" });
    await expect(client.mutation(seed, {})).rejects.toThrow("Could not find public function for 'messages:seed'");
  },
};
