import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { httpAction } from "./_generated/server";
import { listByHttp, postByHttp } from "./notices";

const http = httpRouter();

http.route({ path: "/postNotice", method: "POST", handler: postByHttp });
http.route({ path: "/noticesBy", method: "GET", handler: listByHttp });

/** Pages of this origin only. */
const corsHeaders = () => ({ "Access-Control-Allow-Origin": process.env.PAGE_ORIGIN!, Vary: "origin" });

http.route({
  path: "/addPhoto",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const storageId = await ctx.storage.store(await request.blob());
    const author = new URL(request.url).searchParams.get("author");
    await ctx.runMutation(api.photos.add, { storageId, author: author! });
    return new Response(null, { status: 200, headers: new Headers(corsHeaders()) });
  }),
});

http.route({
  path: "/addPhoto",
  method: "OPTIONS",
  handler: httpAction(async (_ctx, request) => {
    const isPreflight = ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"].every((name) => request.headers.get(name) !== null);
    if (!isPreflight) return new Response();
    return new Response(null, { headers: new Headers({ ...corsHeaders(), "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type, Digest", "Access-Control-Max-Age": "86400" }) });
  }),
});

http.route({
  path: "/photo",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const storageId = new URL(request.url).searchParams.get("storageId")! as Id<"_storage">;
    const photo = await ctx.storage.get(storageId);
    return photo === null ? new Response("No such photo", { status: 404 }) : new Response(photo);
  }),
});

export default http;
