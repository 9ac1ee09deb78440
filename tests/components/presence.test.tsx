// @vitest-environment happy-dom
/** `@convex-dev/presence`, used as its README does: its functions and its hook. The clock is moved to where sessions time out. */
import usePresence from "@convex-dev/presence/react";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

/** The parts of a page that are needed here, so that the types of browsers stay out of the server's. */
declare const window: EventTarget;
declare const document: EventTarget;
declare const navigator: object;

const MINUTE = 60_000;

interface Tokens {
  readonly roomToken: string;
  readonly sessionToken: string;
}

interface State {
  readonly userId: string;
  readonly online: boolean;
  readonly lastDisconnected: number;
  readonly data?: unknown;
}

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("presence");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const heartbeat = (roomId: string, userId: string, session = `${userId}'s tab`, interval = MINUTE): Promise<Tokens> => app.mutation("presence:heartbeat", { roomId, userId, sessionId: `${roomId}/${session}`, interval });
const online = (states: unknown): string[] => (states as State[]).filter((state) => state.online).map(({ userId }) => userId).toSorted();
const room = (roomId: string, onlineOnly = false): Promise<State[]> => app.query("presence:listRoom", { roomId, onlineOnly });
const watchRoom = (roomToken: string): Watch<State[]> => Watch.on(server.client(), queryNamed("presence:list"), { roomToken }) as Watch<State[]>;

describe("heartbeats", () => {
  test("bring users into a room; the list is told of joins and leaves, and of no heartbeat", async () => {
    const { roomToken } = await heartbeat("lobby", "ada");
    const log = new FunctionLog(server);
    const list = watchRoom(roomToken);
    expect(online(await list.value())).toEqual(["ada"]);
    const bob = await heartbeat("lobby", "bob");
    expect(bob.roomToken).toBe(roomToken);
    await list.value((states) => online(states).length === 2);
    const before = await log.successes("presence:list");
    for (let i = 0; i < 10; i++) await heartbeat("lobby", i % 2 === 0 ? "ada" : "bob");
    await app.mutation("presence:disconnect", { sessionToken: bob.sessionToken });
    const states = await list.value((all) => online(all).length === 1);
    expect(states.map(({ userId, online }) => [userId, online])).toEqual([["ada", true], ["bob", false]]);
    expect(states[1]!.lastDisconnected).toBeGreaterThan(0);
    expect((await log.successes("presence:list")) - before).toBe(1);
    expect(list.values).toHaveLength(3);
  });

  test("of one room run no list of another", async () => {
    const { roomToken } = await heartbeat("quiet", "ada");
    const log = new FunctionLog(server);
    const list = watchRoom(roomToken);
    await list.value();
    const before = await log.successes("presence:list");
    for (const user of ["u1", "u2", "u3"]) await heartbeat("loud", user);
    await until(async () => (await room("loud")).length === 3, "the other room to fill");
    expect((await log.successes("presence:list")) - before).toBe(0);
  });

  test("a user of two tabs is there until the last one has gone", async () => {
    const [first, second] = [await heartbeat("tabs", "ada", "1"), await heartbeat("tabs", "ada", "2")];
    await app.mutation("presence:disconnect", { sessionToken: first.sessionToken });
    expect(online(await room("tabs"))).toEqual(["ada"]);
    await app.mutation("presence:disconnect", { sessionToken: second.sessionToken });
    expect(online(await room("tabs"))).toEqual([]);
    expect(await room("tabs", true)).toEqual([]);
    await heartbeat("tabs", "ada", "3");
    expect(await room("tabs")).toEqual([{ userId: "ada", online: true, lastDisconnected: 0 }]);
  });

  test("stop: the worker disconnects after two and a half intervals, and not who went on", async () => {
    const { roomToken } = await heartbeat("sleepers", "ada");
    await heartbeat("sleepers", "bob");
    const list = watchRoom(roomToken);
    await list.value((states) => online(states).length === 2);
    await server.advanceClock(2 * MINUTE);
    await heartbeat("sleepers", "bob");
    await server.advanceClock(MINUTE);
    const states = await list.value((all) => online(all).length < 2);
    expect(online(states)).toEqual(["bob"]);
    await server.advanceClock(2 * MINUTE);
    await list.value((all) => online(all).length === 0);
  });
});

describe("the rest of the class", () => {
  test("data of a user, rooms of a user, removal of a user and of a room", async () => {
    const { roomToken } = await heartbeat("office", "ada");
    await heartbeat("office", "bob");
    await heartbeat("canteen", "ada");
    await app.mutation("presence:updateRoomUser", { roomId: "office", userId: "ada", data: { cursor: [1, 2] } });
    expect((await app.query<State[]>("presence:list", { roomToken })).find(({ userId }) => userId === "ada")?.data).toEqual({ cursor: [1, 2] });
    const rooms = await app.query<{ roomId: string }[]>("presence:listUser", { userId: "ada", onlineOnly: true });
    expect(rooms.map(({ roomId }) => roomId)).toEqual(expect.arrayContaining(["office", "canteen"]));
    await app.mutation("presence:removeRoomUser", { roomId: "office", userId: "bob" });
    expect((await room("office")).map(({ userId }) => userId)).toEqual(["ada"]);
    await app.mutation("presence:removeRoom", { roomId: "office" });
    expect(await room("office")).toEqual([]);
    expect(await app.query("presence:list", { roomToken })).toEqual([]);
  });

  test("an unknown token lists nobody; a session belongs to one user of one room", async () => {
    await heartbeat("locked", "ada");
    expect(await app.query("presence:list", { roomToken: "guessed" })).toEqual([]);
    expect(await app.mutation("presence:disconnect", { sessionToken: "guessed" })).toBeNull();
    const theft = app.mutation("presence:heartbeat", { roomId: "locked", userId: "eve", sessionId: "locked/ada's tab", interval: MINUTE });
    expect(await refusal(theft)).toContain("must be unique for a given room/user");
    expect(await refusal(heartbeat("locked", "banned eve"))).toContain("You may not enter.");
    expect(online(await room("locked"))).toEqual(["ada"]);
  });
});

describe("usePresence", () => {
  const api = { heartbeat: mutationNamed("presence:heartbeat"), list: queryNamed("presence:list"), disconnect: mutationNamed("presence:disconnect") } as unknown as Parameters<typeof usePresence>[0];
  const mount = (roomId: string, userId: string): MountedHook<{ userId: string }, ReturnType<typeof usePresence>> =>
    new MountedHook(reactClient(server), ({ userId }) => usePresence(api, roomId, userId, MINUTE), { userId });

  test("shows who is there, oneself first; who unmounts has left", async () => {
    const ada = mount("hall", "ada");
    await ada.until((states) => states?.length === 1, "oneself");
    const bob = mount("hall", "bob");
    await bob.until((states) => states?.length === 2, "both");
    expect(bob.last?.map(({ userId }) => userId)).toEqual(["bob", "ada"]);
    await ada.until((states) => states?.length === 2, "the other");
    expect(ada.last?.map(({ userId }) => userId)).toEqual(["ada", "bob"]);
    bob.unmount();
    await ada.until((states) => online(states).length === 1, "the other to leave");
    expect(ada.last?.map(({ userId, online }) => [userId, online])).toEqual([["ada", true], ["bob", false]]);
    ada.unmount();
    await until(async () => online(await room("hall")).length === 0, "everybody to leave");
  });

  test("a page that closes says so with a beacon; a hidden page is gone until it is seen again", async () => {
    const beacons: { url: string; body: Blob }[] = [];
    const sendBeacon = (url: string, body: Blob): boolean => beacons.push({ url, body }) > 0;
    Object.defineProperty(navigator, "sendBeacon", { value: sendBeacon, configurable: true });
    const ada = mount("beacons", "ada");
    await ada.until((states) => online(states ?? []).length === 1, "oneself");
    window.dispatchEvent(new Event("beforeunload"));
    expect(beacons.map(({ url }) => url)).toEqual([`${server.url}/api/mutation`]);
    // What a browser does with it, after a preflight: H-22, tests/demos/noticeboard-pages.test.ts. Nobody reads the answer.
    const answer = await fetch(beacons[0]!.url, { method: "POST", body: await beacons[0]!.body.text(), headers: { "Content-Type": "application/json" } });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ status: "success", value: null })]);
    await ada.until((states) => online(states ?? []).length === 0, "oneself to be gone");

    let hidden = false;
    Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    await ada.until((states) => online(states ?? []).length === 1, "oneself again");
    hidden = true;
    // The list may be here before the heartbeat's answer, without which the hook knows no session to end.
    await until(() => document.dispatchEvent(new Event("visibilitychange")) && online(ada.last ?? []).length === 0, "oneself to be hidden");
    ada.unmount();
  });
});

test("a kill: who was there is there, and who sends no heartbeat after it is disconnected in time", async () => {
  const { roomToken } = await heartbeat("killed", "ada");
  await heartbeat("killed", "bob");
  await server.kill();
  await server.start();
  const list = watchRoom(roomToken);
  expect(online(await list.value())).toEqual(["ada", "bob"]);
  await heartbeat("killed", "bob");
  await server.advanceClock(2.5 * MINUTE - 1000);
  await heartbeat("killed", "bob");
  await server.advanceClock(2000);
  await list.value((states) => online(states).join() === "bob");
});
