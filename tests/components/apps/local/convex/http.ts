import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server.js";
import { api } from "./_generated/api.js";

const http = httpRouter();
http.route({ path: "/books", method: "GET", handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(api.calls.titles, {}))) });
http.route({ path: "/first/books", method: "GET", handler: httpAction(async () => new Response("the app's own route")) });
http.route({ pathPrefix: "/first/", method: "PUT", handler: httpAction(async () => new Response("the app's own route")) });
export default http;
