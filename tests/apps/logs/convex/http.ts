import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/report",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    console.log("before the call");
    await ctx.runMutation(api.notes.add, { text: "called" });
    console.log("after the call");
    console.warn("waiting");
    await fetch(new URL(request.url).searchParams.get("gate")!);
    console.log("through the gate");
    return new Response("done");
  }),
});
http.route({ path: "/read", method: "POST", handler: httpAction(async (_ctx, request) => new Response(await request.text())) });
http.route({ path: "/relay", method: "POST", handler: httpAction(async (ctx) => new Response(JSON.stringify(await ctx.runMutation(api.notes.refuse, {})))) });
export default http;
