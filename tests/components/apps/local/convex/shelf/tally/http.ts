import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server.js";
import { api } from "./_generated/api.js";

const http = httpRouter();
http.route({
  pathPrefix: "/count/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const name = new URL(request.url).pathname.split("/").at(-1)!;
    return Response.json({ path: new URL(request.url).pathname, unit: process.env["UNIT"], count: await ctx.runQuery(api.counts.get, { name }) });
  }),
});
export default http;
