import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server.js";
import { api } from "./_generated/api.js";

const http = httpRouter();
http.route({ path: "/books", method: "GET", handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(api.calls.titles, {}))) });
/** Everything that nobody else takes. */
http.route({ pathPrefix: "/", method: "PUT", handler: httpAction(async (_ctx, request) => new Response(`the app's: ${new URL(request.url).pathname}`)) });
export default http;
