import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/hello",
  method: "GET",
  handler: httpAction(async () => {
    console.log("said hello");
    return new Response("hello");
  }),
});
export default http;
