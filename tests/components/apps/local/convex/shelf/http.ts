import { httpRouter } from "convex/server";
import { api } from "./_generated/api.js";
import { httpAction } from "./_generated/server.js";

const http = httpRouter();
http.route({
  path: "/books",
  method: "GET",
  handler: httpAction(async (ctx, request) => Response.json({ path: new URL(request.url).pathname, label: process.env["LABEL"], identity: await ctx.auth.getUserIdentity(), books: await ctx.runQuery(api.books.list, {}) })),
});
http.route({
  path: "/books",
  method: "POST",
  handler: httpAction(async (ctx, request) => new Response(await ctx.runMutation(api.books.add, (await request.json()) as { title: string; pages: number }), { status: 201 })),
});
http.route({ path: "/store", method: "POST", handler: httpAction(async (ctx, request) => new Response(await ctx.storage.store(await request.blob()))) });
export default http;
