import { corsRouter } from "convex-helpers/server/cors";
import { httpRouter } from "convex/server";
import { api, internal } from "./_generated/api.js";
import { httpAction } from "./_generated/server.js";
import { agent } from "./chat.js";
import { rag } from "./library.js";

const http = httpRouter();
const cors = corsRouter(http);

http.route({
  path: "/gate",
  method: "GET",
  handler: httpAction(async (ctx, request) => new Response(null, { status: (await ctx.runQuery(api.chat.isOpen, { name: new URL(request.url).searchParams.get("name")! })) ? 200 : 204 })),
});

/** An answer streamed over HTTP while its deltas are saved for everybody else. */
cors.route({
  path: "/stream",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { threadId, prompt } = (await request.json()) as { threadId: string; prompt: string };
    const result = await agent.streamText(ctx, { threadId }, { prompt }, { saveStreamDeltas: { returnImmediately: true, throttleMs: 0 } });
    return result.toTextStreamResponse();
  }),
});

cors.route({
  path: "/upload",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const storageId = await ctx.storage.store(await request.blob());
    const { entryId } = await rag.addAsync(ctx, { namespace: "files", key: request.headers.get("X-Name")!, chunkerAction: internal.library.chunker, onComplete: internal.library.complete, metadata: { storageId } });
    return new Response(entryId);
  }),
});

export default http;
