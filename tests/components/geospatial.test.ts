/** `@convex-dev/geospatial`, used as its README does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";

interface Found {
  readonly key: string;
  readonly coordinates: { readonly latitude: number; readonly longitude: number };
}

interface Page {
  readonly results: Found[];
  readonly nextCursor?: string;
}

let server: TestServer;
let app: AppCalls;

const MANHATTAN = { west: -74.03, south: 40.7, east: -73.9, north: 40.82 };
const PLACES = [
  { key: "American Museum of Natural History", coordinates: { latitude: 40.7813, longitude: -73.9737 }, category: "museum", stars: 5, price: 28 },
  { key: "Metropolitan Museum", coordinates: { latitude: 40.7794, longitude: -73.9632 }, category: "museum", stars: 5, price: 30 },
  { key: "Guggenheim", coordinates: { latitude: 40.783, longitude: -73.959 }, category: "museum", stars: 4, price: 25 },
  { key: "Joe's", coordinates: { latitude: 40.7303, longitude: -74.0022 }, category: "restaurant", stars: 4, price: 4 },
  { key: "Beans", coordinates: { latitude: 40.7815, longitude: -73.974 }, category: "coffee", stars: 3, price: 6 },
  { key: "Brooklyn Museum", coordinates: { latitude: 40.6712, longitude: -73.9636 }, category: "museum", stars: 4, price: 20 },
  { key: "Louvre", coordinates: { latitude: 48.8606, longitude: 2.3376 }, category: "museum", stars: 5, price: 22 },
  { key: "Fiji Museum", coordinates: { latitude: -18.1496, longitude: 178.4253 }, category: "museum", stars: 3, price: 5 },
];

beforeAll(async () => {
  server = await startServer();
  await server.deploy("geospatial");
  app = new AppCalls(server);
  await app.mutation("places:insert", { places: PLACES });
});

afterAll(() => server[Symbol.asyncDispose]());

const within = (rectangle: CallArguments, options: CallArguments = {}): Promise<Page> => app.query("places:within", { rectangle, ...options });
const keysWithin = async (rectangle: CallArguments, options: CallArguments = {}): Promise<string[]> => (await within(rectangle, options)).results.map(({ key }) => key);
const nearest = async (options: CallArguments): Promise<string[]> => (await app.query<Found[]>("places:nearest", options)).map(({ key }) => key);

describe("points", () => {
  test("get, insert over, remove", async () => {
    expect(await app.query("places:get", { key: "Joe's" })).toEqual({ key: "Joe's", coordinates: PLACES[3]!.coordinates, filterKeys: { category: "restaurant", stars: 4 }, sortKey: 4 });
    expect(await app.query("places:get", { key: "nowhere" })).toBeNull();
    await app.mutation("places:insert", { places: [{ key: "cart", coordinates: { latitude: 40.75, longitude: -73.98 }, category: "coffee", price: 1 }] });
    await app.mutation("places:insert", { places: [{ key: "cart", coordinates: { latitude: 51.5, longitude: 0 }, category: "coffee", price: 1 }] });
    expect(await keysWithin(MANHATTAN, { category: "coffee" })).toEqual(["Beans"]);
    expect(await app.mutation("places:remove", { key: "cart" })).toBe(true);
    expect(await app.mutation("places:remove", { key: "cart" })).toBe(false);
  });
});

describe("within a rectangle", () => {
  test("by sort key, and to a limit with a cursor", async () => {
    expect(await keysWithin(MANHATTAN)).toEqual(["Joe's", "Beans", "Guggenheim", "American Museum of Natural History", "Metropolitan Museum"]);
    const first = await within(MANHATTAN, { limit: 3 });
    expect(first.results).toHaveLength(3);
    const second = await within(MANHATTAN, { limit: 3, cursor: first.nextCursor! });
    expect(second.results.map(({ key }) => key)).toEqual(["American Museum of Natural History", "Metropolitan Museum"]);
    expect(second.nextCursor).toBeUndefined();
  });

  test("eq, in, and ranges of the sort key, together", async () => {
    expect(await keysWithin(MANHATTAN, { category: "museum" })).toEqual(["Guggenheim", "American Museum of Natural History", "Metropolitan Museum"]);
    expect(await keysWithin(MANHATTAN, { category: "museum", stars: 5 })).toEqual(["American Museum of Natural History", "Metropolitan Museum"]);
    expect(await keysWithin(MANHATTAN, { categories: ["restaurant", "coffee"] })).toEqual(["Joe's", "Beans"]);
    expect(await keysWithin(MANHATTAN, { priceFrom: 6, priceBelow: 28 })).toEqual(["Beans", "Guggenheim"]);
    expect(await keysWithin(MANHATTAN, { category: "zoo" })).toEqual([]);
  });

  test("elsewhere, and with nothing in it", async () => {
    expect(await keysWithin({ west: 2, south: 48, east: 3, north: 49 })).toEqual(["Louvre"]);
    expect(await keysWithin({ west: 0, south: 0, east: 1, north: 1 })).toEqual([]);
    expect(await app.query<number>("places:cells", { rectangle: MANHATTAN })).toBeGreaterThan(0);
  });

  test("is live: a place that opens there comes by itself, one elsewhere does not", async () => {
    const list = Watch.on(server.client(), queryNamed("places:within"), { rectangle: { west: 10, south: 50, east: 11, north: 51 } }) as Watch<Page>;
    expect((await list.value()).results).toEqual([]);
    await app.mutation("places:insert", { places: [{ key: "far away", coordinates: { latitude: -30, longitude: -60 }, category: "museum" }] });
    await app.mutation("places:insert", { places: [{ key: "Weimar", coordinates: { latitude: 50.98, longitude: 10.9 }, category: "museum" }] });
    expect((await list.value(({ results }) => results.length > 0)).results.map(({ key }) => key)).toEqual(["Weimar"]);
    expect(list.values).toHaveLength(2);
  });
});

describe("nearest", () => {
  const here = { latitude: 40.7813, longitude: -73.9737 };

  test("in the order of distance, to a limit, a distance and a filter", async () => {
    expect(await nearest({ point: here, limit: 3 })).toEqual(["American Museum of Natural History", "Beans", "Metropolitan Museum"]);
    expect(await nearest({ point: here, limit: 16, maxDistance: 1000 })).toEqual(["American Museum of Natural History", "Beans", "Metropolitan Museum"]);
    expect(await nearest({ point: here, limit: 2, category: "coffee", maxDistance: 10_000 })).toEqual(["Beans"]);
    expect(await nearest({ point: here, limit: 0 })).toEqual([]);
  });

  test("across the date line, and with distances in metres", async () => {
    expect(await nearest({ point: { latitude: -18, longitude: -179.9 }, limit: 1 })).toEqual(["Fiji Museum"]);
    const [found] = await app.query<(Found & { distance: number })[]>("places:nearest", { point: here, limit: 1, category: "restaurant" });
    expect(found!.distance).toBeGreaterThan(6000);
    expect(found!.distance).toBeLessThan(6400);
  });
});

test("wrong input is refused, and the index survives a kill", async () => {
  expect(await refusal(app.mutation("places:insert", { places: [{ key: "x", coordinates: { latitude: "40" }, category: "y" }] }))).toContain("Value does not match validator");
  await server.kill();
  await server.start();
  expect(await keysWithin(MANHATTAN, { category: "restaurant" })).toEqual(["Joe's"]);
});
