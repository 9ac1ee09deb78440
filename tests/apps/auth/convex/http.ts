import { httpRouter, makeFunctionReference } from "convex/server";
import { httpAction } from "./_generated/server";

const writeAsAnybody = makeFunctionReference<"mutation">("users:writeAsAnybody");

/** Who the HTTP action acts as, and who what it calls does. */
const notes = httpAction(async (ctx, request) => {
  const identity = await ctx.auth.getUserIdentity();
  return Response.json({ subject: identity?.subject ?? null, author: await ctx.runMutation(writeAsAnybody, { body: await request.text() }) });
});

const http = httpRouter();
http.route({ path: "/notes", method: "POST", handler: notes });

export default http;
