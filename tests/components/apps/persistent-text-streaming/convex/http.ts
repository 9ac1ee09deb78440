import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { streamChat } from "./chat";

const http = httpRouter();
http.route({ path: "/chat-stream", method: "POST", handler: streamChat });
http.route({
  path: "/chat-stream",
  method: "OPTIONS",
  handler: httpAction(async (_ctx, request) => {
    const { headers } = request;
    if (["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"].some((name) => headers.get(name) === null)) return new Response();
    return new Response(null, {
      headers: new Headers({
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type, Digest, Authorization",
        "Access-Control-Max-Age": "86400",
      }),
    });
  }),
});
export default http;
