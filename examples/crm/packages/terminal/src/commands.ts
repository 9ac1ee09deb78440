/** What one can do in a terminal. */
import type { ConvexClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { api } from "../../../convex/_generated/api";
import type { Id } from "../../../convex/_generated/dataModel";
import { boardLines, contactLines, taskLines } from "./lines";

interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly run: (client: ConvexClient, words: readonly string[], isWatching: boolean) => Promise<void>;
}

export const COMMANDS: readonly Command[] = [
  {
    name: "board",
    usage: "board",
    summary: "deals by stage",
    run: (client, _words, isWatching) => show(client, api.deals.board, {}, boardLines, isWatching),
  },
  {
    name: "tasks",
    usage: "tasks",
    summary: "what is to be done",
    run: (client, _words, isWatching) => show(client, api.tasks.list, { isDone: false }, taskLines, isWatching),
  },
  {
    name: "find",
    usage: "find <name>",
    summary: "contacts by name",
    run: (client, words, isWatching) => show(client, api.contacts.search, { text: words.join(" ") }, contactLines, isWatching),
  },
  {
    name: "done",
    usage: "done <task>",
    summary: "ticks a task",
    run: async (client, [taskId]) => {
      await client.mutation(api.tasks.update, { taskId: taskId as Id<"tasks">, changes: { isDone: true } });
      console.log("Done.");
    },
  },
  {
    name: "note",
    usage: "note <contact> <text>",
    summary: "writes a note",
    run: async (client, [contactId, ...words]) => {
      await client.mutation(api.timeline.writeNote, { contactId: contactId as Id<"contacts">, body: words.join(" ") });
      console.log("Noted.");
    },
  },
];

/** Prints a query's result; with `isWatching` every new one, until the process is ended. */
async function show<Query extends FunctionReference<"query">>(
  client: ConvexClient,
  query: Query,
  args: FunctionArgs<Query>,
  linesOf: (result: FunctionReturnType<Query>) => string[],
  isWatching: boolean,
): Promise<void> {
  await new Promise<void>((ended, failed) => {
    const print = (result: FunctionReturnType<Query>) => {
      if (isWatching && process.stdout.isTTY) console.clear();
      console.log(linesOf(result).join("\n"));
      if (!isWatching) ended();
    };
    client.onUpdate(query, args, print, failed);
    process.once("SIGINT", () => ended());
  });
}
