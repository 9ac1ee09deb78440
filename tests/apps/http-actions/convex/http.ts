/** Routes of every kind, for tests/http-actions. */
import { httpRouter } from "convex/server";
import { api, internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
import { brokenStream, cancels, counted, drip, endless, fromTransform, keepsWriting, sse, textStream, zeros } from "./streams";

const http = httpRouter();

const json = (value: unknown, init: ResponseInit = {}): Response => new Response(JSON.stringify(value), { ...init, headers: { "Content-Type": "application/json", ...init.headers } });

const ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] as const;

/** What arrived. */
const mirror = httpAction(async (_ctx, request) =>
  json({ method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() }, { headers: { "X-Method": request.method } }),
);
for (const method of ALL_METHODS) {
  http.route({ path: "/mirror", method, handler: mirror });
  http.route({ pathPrefix: "/below/", method, handler: mirror });
}
http.route({ pathPrefix: "/below/deeper/", method: "GET", handler: httpAction(async () => new Response("deeper")) });
http.route({ path: "/below/deeper/exact", method: "GET", handler: httpAction(async () => new Response("exact")) });
http.route({ path: "/api/auth/session", method: "GET", handler: httpAction(async () => json({ user: null })) });

http.route({ path: "/.well-known/openid-configuration", method: "GET", handler: httpAction(async () => json({ issuer: "the app" })) });

http.route({ path: "/bytes", method: "POST", handler: httpAction(async (_ctx, request) => new Response(await request.arrayBuffer(), { headers: { "Content-Type": request.headers.get("content-type") ?? "" } })) });
http.route({ path: "/blob", method: "POST", handler: httpAction(async (_ctx, request) => { const blob = await request.blob(); return json({ size: blob.size, type: blob.type }); }) });
http.route({ path: "/json", method: "POST", handler: httpAction(async (_ctx, request) => json(await request.json())) });
http.route({
  path: "/form",
  method: "POST",
  handler: httpAction(async (_ctx, request) => {
    const form = await request.formData();
    const fields = await Promise.all([...form].map(async ([name, value]) => [name, typeof value === "string" ? value : { file: value.name, text: await value.text() }]));
    return json(Object.fromEntries(fields));
  }),
});
http.route({ path: "/pipe", method: "POST", handler: httpAction(async (_ctx, request) => new Response(request.body)) });
http.route({ path: "/counted", method: "POST", handler: counted });
http.route({ path: "/ignore", method: "POST", handler: httpAction(async () => new Response("not read")) });

http.route({
  path: "/notes",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { text } = (await request.json()) as { text: string };
    const id = await ctx.runMutation(internal.notes.addInternal, { text });
    return json({ id, count: await ctx.runQuery(api.notes.count, { text }) }, { status: 201 });
  }),
});
http.route({ path: "/meta", method: "GET", handler: httpAction(async (ctx) => json({ keys: Object.keys(ctx).sort(), request: await ctx.meta.getRequestMetadata(), deployment: await ctx.meta.getDeploymentMetadata() })) });
http.route({ path: "/identity", method: "GET", handler: httpAction(async (ctx) => json({ identity: await ctx.auth.getUserIdentity(), nested: await ctx.runQuery(internal.notes.subject, {}) })) });
http.route({ path: "/store", method: "POST", handler: httpAction(async (ctx, request) => json({ url: await ctx.storage.getUrl(await ctx.storage.store(await request.blob())) })) });
http.route({ path: "/logs", method: "GET", handler: httpAction(async () => { console.log("printed", { a: 1 }); return new Response("logged"); }) });

const status = (path: string, response: () => Response): void => http.route({ path, method: "GET", handler: httpAction(async () => response()) });
status("/text", () => new Response("hello"));
status("/204", () => new Response(null, { status: 204 }));
status("/205", () => new Response(null, { status: 205 }));
status("/304", () => new Response(null, { status: 304, headers: { ETag: '"tag"' } }));
status("/teapot", () => new Response("short and stout", { status: 418, statusText: "I'm a Teapot" }));
status("/redirect", () => Response.redirect("https://example.com/there", 302));
status("/empty", () => new Response());
status("/cookies", () => {
  const headers = new Headers({ "X-One": "1" });
  headers.append("Set-Cookie", "a=1; Path=/");
  headers.append("Set-Cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
  headers.append("X-Many", "1");
  headers.append("X-Many", "2");
  return new Response("cookies", { headers });
});
status("/hopByHop", () => new Response("plain", { headers: { Connection: "close", "Keep-Alive": "timeout=1", "Transfer-Encoding": "gzip", Upgrade: "h2c", Date: "Wed, 21 Oct 2015 07:28:00 GMT" } }));
status("/cors", () => new Response("cors", { headers: { "Access-Control-Allow-Origin": "https://app.example.com", Vary: "Origin" } }));
status("/gzip", () => new Response(new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0]), { headers: { "Content-Encoding": "gzip" } }));
status("/length", () => new Response("exactly 17 bytes.", { headers: { "Content-Length": "17" } }));
status("/tooLong", () => new Response("more than announced", { headers: { "Content-Length": "4" } }));
status("/tooShort", () => new Response("less", { headers: { "Content-Length": "40" } }));
status("/badLength", () => new Response("fine", { headers: { "Content-Length": "-1" } }));
http.route({
  path: "/cors",
  method: "OPTIONS",
  handler: httpAction(async (_ctx, request) => new Response(null, { status: 204, headers: { "Access-Control-Allow-Origin": request.headers.get("Origin") ?? "", "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "86400" } })),
});
http.route({ path: "/head", method: "GET", handler: httpAction(async (_ctx, request) => new Response("a body", { headers: { "X-Seen": request.method, "Content-Length": "6" } })) });

http.route({ path: "/proxy", method: "GET", handler: httpAction(async (_ctx, request) => await fetch(new URL(request.url).searchParams.get("url")!)) });

const fails = (path: string, handler: () => unknown): void => http.route({ path, method: "GET", handler: httpAction(async () => (await handler()) as Response) });
fails("/fails/throws", () => { throw new Error("it broke"); });
fails("/fails/throwsText", () => { throw "only text"; });
fails("/fails/nothing", () => undefined);
fails("/fails/object", () => ({ status: 200 }));
fails("/fails/text", () => "hello");
fails("/fails/error", () => Response.error());
fails("/fails/injection", () => new Response("x", { headers: { "X-Name": new URL("https://a/?v=one%0d%0aSet-Cookie:%20evil=1").searchParams.get("v")! } }));
fails("/fails/injectionInName", () => new Response("x", { headers: { "X-Name\r\nSet-Cookie": "evil=1" } }));
fails("/fails/usedBody", async () => { const response = new Response("read"); await response.text(); return response; });
fails("/fails/textStream", () => new Response(textStream()));
fails("/fails/loop", () => { for (;;); });
fails("/fails/memory", () => { const hoard: unknown[] = []; for (;;) hoard.push(new Array(10_000).fill(hoard.length)); });
http.route({ path: "/fails/convexError", method: "GET", handler: httpAction(async (ctx) => { await ctx.runMutation(internal.notes.refuse, {}); return new Response(); }) });

http.route({ path: "/stream/sse", method: "GET", handler: sse });
http.route({ path: "/stream/transform", method: "GET", handler: fromTransform });
http.route({ path: "/stream/drip", method: "GET", handler: drip });
http.route({ path: "/stream/broken", method: "GET", handler: brokenStream });
http.route({ path: "/stream/endless", method: "GET", handler: endless });
http.route({ path: "/stream/cancels", method: "GET", handler: cancels });
http.route({ path: "/stream/keepsWriting", method: "GET", handler: keepsWriting });
http.route({ path: "/stream/zeros", method: "GET", handler: zeros });

export default http;
