/** The playground of `convex-vue`: a list of tasks. */
import { makeFunctionReference } from "convex/server";
import { expect } from "vitest";
import { Watch } from "../../sync/watch.js";
import type { Use } from "./use.js";

interface Task {
  readonly _id: string;
  readonly text: string;
}

const get = makeFunctionReference<"query", Record<string, never>, Task[]>("tasks:get");
const add = makeFunctionReference<"mutation", { text: string }, string>("tasks:add");
const remove = makeFunctionReference<"mutation", { id: string }, null>("tasks:remove");

export const convexVue: Use = {
  app: "convex-vue/playground",
  shows: "a list that changes live as tasks are added and removed, and the error of a task that is gone",
  async run(server) {
    const client = server.client();
    const tasks = Watch.on(client, get, {});
    const id = await client.mutation(add, { text: "water the plants" });
    await tasks.value((shown) => shown.length === 1 && shown[0]!._id === id && shown[0]!.text === "water the plants");
    await server.http().mutation(remove, { id });
    await tasks.value((shown) => shown.length === 0);
    await expect(client.mutation(remove, { id })).rejects.toThrow("Task not found");
  },
};
