/** The example of the component `@convex-dev/presence`: who is in a room, as its facepile shows it. */
import { makeFunctionReference } from "convex/server";
import { Watch } from "../../sync/watch.js";
import type { Use } from "./use.js";

type Heartbeat = { roomId: string; userId: string; sessionId: string; interval: number };

interface Face {
  readonly userId: string;
  readonly online: boolean;
  readonly data?: unknown;
}

const heartbeat = makeFunctionReference<"mutation", Heartbeat, { roomToken: string; sessionToken: string }>("presence:heartbeat");
const list = makeFunctionReference<"query", { roomToken: string }, Face[]>("presence:list");
const disconnect = makeFunctionReference<"mutation", { sessionToken: string }, null>("presence:disconnect");
const updateRoomUser = makeFunctionReference<"mutation", { roomId: string; userId: string; data: string }, null>("presence:updateRoomUser");

export const presence: Use = {
  app: "presence",
  shows: "a facepile that is live: two come, one leaves by its beacon, one stays away, one has data; the component is a folder of the repository",
  async run(server) {
    const client = server.client();
    const beat = (userId: string, interval: number) => client.mutation(heartbeat, { roomId: "lobby", userId, sessionId: `session of ${userId}`, interval });
    const [ada, ben] = [await beat("ada", 60_000), await beat("ben", 60_000)];
    const faces = Watch.on(client, list, { roomToken: ada.roomToken });
    const shown = (expected: string) => faces.value((all) => all.map(({ userId, online }) => `${userId} ${online ? "is" : "was"} here`).sort().join(", ") === expected);
    await shown("ada is here, ben is here");
    await server.http().mutation(disconnect, { sessionToken: ben.sessionToken });
    await shown("ada is here, ben was here");
    await beat("cy", 100); // who beats no more is gone after some intervals
    await shown("ada is here, ben was here, cy was here");
    await client.mutation(updateRoomUser, { roomId: "lobby", userId: "ada", data: "typing" });
    await faces.value((all) => all.some(({ userId, data }) => userId === "ada" && data === "typing"));
  },
};
