// @vitest-environment happy-dom
/** The public demos' subjects that have a schema, by an app of our own (tests/apps/demos/museum), used as their pages do. DM-4. */
import { createHash } from "node:crypto";
import { useCallback, useEffect, useRef, useState } from "react";
import { useAction, useMutation, useQuery } from "convex/react";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changeVariables } from "../auth/auth-app.js";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { startEmbeddings, type EmbeddingService } from "./embeddings.js";

type Args = Record<string, Value>;

interface Job {
  readonly _id: string;
  readonly name: string;
  readonly args: readonly { readonly text?: string }[];
  readonly state: { readonly kind: string };
}

interface Painting {
  readonly _id: string;
  readonly title: string;
  readonly votes: number;
  readonly embeddingId?: string;
}

let server: TestServer;
let embeddings: EmbeddingService;

beforeAll(async () => {
  [server, embeddings] = await Promise.all([startServer({ flags: ["--test-clock", "yes"] }), startEmbeddings()]);
  await server.deploy("demos/museum");
});

afterAll(() => Promise.all([server, embeddings].map((each) => each?.[Symbol.asyncDispose]())));

const actionNamed = <Result,>(name: string) => makeFunctionReference(name) as unknown as FunctionReference<"action", "public", Args, Result>;
const typedQuery = <Result,>(name: string) => queryNamed(name) as unknown as FunctionReference<"query", "public", Args, Result>;
const typedMutation = <Result,>(name: string) => mutationNamed(name) as unknown as FunctionReference<"mutation", "public", Args, Result>;
const query = <Result,>(name: string, args: Args = {}): Promise<Result> => server.http().query(typedQuery<Result>(name), args);
const mutation = <Result = string,>(name: string, args: Args = {}): Promise<Result> => server.http().mutation(typedMutation<Result>(name), args);
const watch = <Result,>(name: string, args: Args = {}): Watch<Result> => Watch.on(server.client(), typedQuery<Result>(name), args);

test("relational-data-modeling: by an id, by an array of ids, through a table between; live, and of the right table", async () => {
  const page = new MountedHook(
    reactClient(server),
    ({ roomId }: { roomId: string | null }) => ({ exhibits: useQuery(typedQuery<{ title: string }[]>("collection:exhibits"), roomId === null ? "skip" : { roomId }), rooms: useQuery(typedQuery<{ name: string }[]>("collection:rooms"), {}), addRoom: useMutation(typedMutation<string>("collection:addRoom")) }),
    { roomId: null } as { roomId: string | null },
  );
  await page.until(({ rooms }) => rooms?.length === 0, "no rooms");
  const [hall, cellar] = [await page.last.addRoom({ name: "hall" }), await page.last.addRoom({ name: "cellar" })];
  page.render({ roomId: hall });
  await page.until(({ exhibits, rooms }) => exhibits?.length === 0 && rooms?.length === 2, "the empty hall");
  const [vase, coin, mask] = await Promise.all([["vase", hall], ["coin", cellar], ["mask", hall]].map(([title, room]) => mutation("collection:addExhibit", { title: title!, room: room!, label: `a ${title}` })));
  await page.until(({ exhibits }) => exhibits?.map(({ title }) => title).toSorted().join() === "mask,vase", "what is in the hall");
  page.render({ roomId: cellar });
  await page.until(({ exhibits }) => exhibits?.map(({ title }) => title).join() === "coin", "what is in the cellar");
  page.unmount();

  const tour = await mutation("collection:addTour", { name: "by night", stops: [vase!, coin!, vase!] });
  const stops = watch<({ title: string; room: string } | null)[]>("collection:stops", { tourId: tour });
  expect(await stops.value()).toEqual([{ title: "vase", room: "hall" }, { title: "coin", room: "cellar" }, { title: "vase", room: "hall" }]);
  await mutation("collection:removeExhibit", { id: coin! });
  expect(await stops.value((list) => list[1] === null)).toEqual([{ title: "vase", room: "hall" }, null, { title: "vase", room: "hall" }]);
  await expect(mutation("collection:addTour", { name: "wrong", stops: [vase!, hall] })).rejects.toThrow('Path: .stops[1]\nValue: "');
  await expect(query("collection:exhibits", { roomId: vase! })).rejects.toThrow('Validator: v.id("rooms")');

  const [ann, bob] = [await mutation("collection:addGuide", { name: "Ann", favourite: mask! }), await mutation("collection:addGuide", { name: "Bob" })];
  const guides = watch<string[]>("collection:guidesOf", { tour });
  await guides.value((names) => names.length === 0);
  const booked = await Promise.all([ann, ann, bob].map((guide) => mutation("collection:book", { tour, guide })));
  expect(new Set(booked).size).toBe(2);
  await guides.value((names) => names.toSorted().join() === "Ann,Bob");
  expect(await query("collection:toursOf", { guide: ann })).toEqual(["by night"]);
  expect([await query("collection:guidesWhoLove", { exhibitId: mask! }), await query("collection:guidesWhoLove")]).toEqual([["Ann"], ["Bob"]]);
});

test("search: from nothing written to what is meant, live; without a text nothing is found", async () => {
  const room = await mutation("collection:addRoom", { name: "library" });
  for (const [title, label] of [["atlas", "maps of the northern seas"], ["globe", "the seas as a ball"], ["chart", "stars"]]) await mutation("collection:addExhibit", { title: title!, label: label!, room });
  const page = new MountedHook(reactClient(server), ({ text }: { text: string }) => useQuery(typedQuery<{ title: string }[]>("collection:searchLabels"), { query: text }), { text: "" });
  const shows = (...titles: string[]) => page.until((found) => found?.map(({ title }) => title).join() === titles.join(), `${titles.join()} to be found`);
  await shows();
  page.render({ text: "northern seas" });
  await shows("atlas", "globe");
  page.render({ text: "sta" });
  await shows("chart");
  await mutation("collection:addExhibit", { title: "astrolabe", label: "Stars, and where we are", room });
  await page.until((found) => found?.length === 2, "the new one");
  page.render({ text: "  ,. " });
  await shows();
  page.unmount();
});

/** One call at a time; of what is asked for meanwhile, the last. */
function useSingleFlight(call: (args: Args) => Promise<unknown>): (args: Args) => void {
  const flight = useRef<{ isUnderWay: boolean; next: Args | null }>({ isUnderWay: false, next: null });
  return useCallback(
    (args) => {
      flight.current.next = args;
      if (flight.current.isUnderWay) return;
      flight.current.isUnderWay = true;
      void (async () => {
        for (let next = flight.current.next; next !== null; next = flight.current.next) {
          flight.current.next = null;
          await call(next);
        }
        flight.current.isUnderWay = false;
      })();
    },
    [call],
  );
}

interface Presence {
  readonly created: number;
  readonly updated: number;
  readonly user: string;
  readonly data: Readonly<Record<string, string | boolean>>;
}

/** Tells of oneself at once and by heartbeats, and sees the others. */
function usePresence(user: string) {
  const [data, setData] = useState<Args>({ face: "smile", typing: false });
  const everybody = useQuery(typedQuery<Presence[]>("presence:list"), { room: "foyer" });
  const update = useSingleFlight(useMutation(typedMutation("presence:update")));
  const heartbeat = useSingleFlight(useMutation(typedMutation("presence:heartbeat")));
  useEffect(() => {
    update({ room: "foyer", user, data });
    const timer = setInterval(() => heartbeat({ room: "foyer", user }), 20);
    return () => clearInterval(timer);
  }, [update, heartbeat, user, data]);
  return { others: everybody?.filter((other) => other.user !== user), say: useCallback((patch: Args) => setData((before) => ({ ...before, ...patch })), []) };
}

test("presence-facepile, presence-typing-indicator: faces, who is typing, heartbeats, the newest twenty", async () => {
  const [ada, bob] = ["ada", "bob"].map((user) => new MountedHook(reactClient(server), usePresence, user));
  const seenBy = (page: typeof ada, data: Args) => page!.until(({ others }) => others?.some((other) => Object.entries(data).every(([name, value]) => other.data[name] === value)) ?? false, JSON.stringify(data));
  await Promise.all([seenBy(ada, { face: "smile", typing: false }), seenBy(bob, { face: "smile", typing: false })]);
  ada!.last.say({ typing: true });
  await seenBy(bob, { face: "smile", typing: true });
  for (const face of ["grin", "wink", "yawn"]) ada!.last.say({ face });
  ada!.last.say({ typing: false });
  await seenBy(bob, { face: "yawn", typing: false });
  const [before] = ada!.last.others!;
  await ada!.until(({ others }) => others![0]!.updated > before!.updated, "a heartbeat of the other");
  expect(ada!.last.others![0]!.created).toBe(before!.created);
  [ada, bob].forEach((page) => page!.unmount());

  await server.advanceClock(10_000);
  for (let i = 0; i < 20; i++) await mutation("presence:update", { room: "foyer", user: `guest ${i}`, data: { n: i } });
  const list = await query<Presence[]>("presence:list", { room: "foyer" });
  expect(list.map(({ user }) => user).toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => `guest ${i}`).toSorted());
  expect(list.map(({ updated }) => updated)).toEqual(list.map(({ updated }) => updated).toSorted((a, b) => b - a));
  expect(await mutation("presence:heartbeat", { room: "foyer", user: "nobody" })).toBeNull();
});

test("system-tables: files with what the app knows of them, jobs that wait, run and are canceled, before one's eyes", async () => {
  const files = watch<{ _id: string; author: string; size: number; contentType: string; sha256: string }[]>("office:files");
  expect(await files.value()).toEqual([]);
  const uploaded = await fetch(await mutation("office:generateUploadUrl"), { method: "POST", headers: { "Content-Type": "image/png" }, body: "not quite a picture" });
  const { storageId } = (await uploaded.json()) as { storageId: string };
  await files.value((list) => list[0]?.author === "nobody");
  await mutation("office:addScan", { storageId, author: "Ida" });
  const [file] = await files.value((list) => list[0]?.author === "Ida");
  expect(file).toMatchObject({ _id: storageId, size: 19, contentType: "image/png", sha256: createHash("sha256").update("not quite a picture").digest("hex") });
  expect(await query("office:file", { id: storageId })).toMatchObject({ _id: storageId, size: 19 });
  expect(await (await fetch(await query("office:fileUrl", { id: storageId }))).text()).toBe("not quite a picture");

  const jobs = watch<Job[]>("office:jobs");
  await jobs.value((list) => list.length === 0);
  const [soon, never] = [await mutation("office:announceLater", { delay: 60, text: "tea" }), await mutation("office:announceLater", { delay: 60, text: "fire" })];
  const states = (list: Job[]) => Object.fromEntries(list.map(({ _id, state }) => [_id, state.kind]));
  const waiting = await jobs.value((list) => list.length === 2);
  expect(waiting.map(({ name, args }) => [name, args])).toEqual([["office.js:announce", [{ text: "fire" }]], ["office.js:announce", [{ text: "tea" }]]]);
  expect(states(waiting)).toEqual({ [soon]: "pending", [never]: "pending" });
  await mutation("office:cancel", { jobId: never });
  await jobs.value((list) => states(list)[never] === "canceled");
  await server.kill();
  await server.start();
  await server.advanceClock(60_000);
  await jobs.value((list) => states(list)[soon] === "success");
  expect(await query("office:announcements")).toEqual(["soon: tea", "soon: fire", "tea"]);
  await expect(mutation("office:cancel", { jobId: storageId })).rejects.toThrow('Validator: v.id("_scheduled_functions")');
});

test("vector-search: embeddings of another service, found in Node by meaning and by filter; without its key, or a good one, that is said", async () => {
  const search = <Result,>(name: string, args: Args): Promise<Result> => server.http().action(actionNamed<Result>(name), args);
  const postcards = async (args: Args): Promise<string[]> => (await search<{ text: string }[]>("search:postcards", args)).map(({ text }) => text);
  const postcard = { text: "never sent", region: "north" };
  await expect(search("paintings:addPostcard", postcard)).rejects.toThrow("The environment variable EMBEDDINGS_KEY is not set.");
  await changeVariables(server, { EMBEDDINGS_URL: embeddings.url, EMBEDDINGS_KEY: "wrong" });
  await expect(search("paintings:addPostcard", postcard)).rejects.toThrow("The service refused: Incorrect key provided");
  await changeVariables(server, { EMBEDDINGS_KEY: embeddings.key });

  const page = new MountedHook(reactClient(server), () => useAction(actionNamed<null>("paintings:addPostcard")), null);
  await until(() => page.results.length > 0, "the page");
  for (const [text, region] of [["snow on the mountains", "north"], ["sand and sea", "south"], ["snow on the sea", "south"]]) await page.last({ text: text!, region: region! });
  page.unmount();
  expect((await postcards({ query: "sea snow" })).slice(0, 2).toSorted()).toEqual(["sand and sea", "snow on the sea"]);
  expect((await postcards({ query: "sea snow" }))[0]).toBe("snow on the sea");
  expect(await postcards({ query: "snow", regions: ["north"] })).toEqual(["snow on the mountains"]);
  expect(await postcards({ query: "snow", regions: ["north", "south"] })).toHaveLength(3);
  expect(await postcards({ query: "snow", regions: [] })).toEqual([]);

  const paintings = watch<Painting[]>("paintings:list");
  await paintings.value((list) => list.length === 0);
  await search("paintings:populate", {});
  await paintings.value((list) => list.length === 3 && list.every(({ embeddingId }) => embeddingId !== undefined));
  const results = await search<{ _id: string; _score: number }[]>("search:paintings", { query: "boats at rest", styles: ["calm", "wild"] });
  const found = watch<Painting[]>("paintings:found", { results });
  const [harbour, gale] = await found.value();
  expect([harbour, gale]).toMatchObject([{ title: "Harbour", _score: expect.closeTo(1, 5) as number, votes: 0 }, { title: "Gale" }]);
  await Promise.all([1, 1, -1, 1].map((by) => mutation("paintings:vote", { id: harbour!._id, by })));
  await found.value(([first]) => first!.votes === 2);
  const asked = embeddings.inputs.length;
  await mutation("paintings:vote", { id: gale!._id, by: 1 });
  await found.value(([, second]) => second!.votes === 1);
  expect(embeddings.inputs).toHaveLength(asked);
});
