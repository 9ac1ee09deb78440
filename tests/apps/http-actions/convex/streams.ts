/** Handlers whose bodies come in pieces. */
import { api, internal } from "./_generated/api";
import type { ActionCtx } from "./_generated/server";
import { httpAction } from "./_generated/server";

const encoder = new TextEncoder();

async function passed(ctx: ActionCtx, gate: string, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true && (await ctx.runQuery(api.notes.count, { text: gate })) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** One event, the next when the gate is open. */
export const sse = httpAction(async (ctx, request) => {
  const gate = new URL(request.url).searchParams.get("gate")!;
  let event = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (event > 0) await passed(ctx, `${gate} ${event}`, request.signal);
      if (event === 3) controller.close();
      else controller.enqueue(encoder.encode(`data: ${event}\n\n`));
      event++;
    },
  });
  return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
});

/** The handler has returned long before its stream ends. */
export const fromTransform = httpAction(async (ctx) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const write = async (): Promise<void> => {
    const writer = writable.getWriter();
    for (const word of ["one ", "two ", "three"]) {
      await writer.write(encoder.encode(word));
      await ctx.runMutation(internal.notes.addInternal, { text: `transform ${word}` });
    }
    await writer.close();
  };
  void write();
  return new Response(readable);
});

/** The same chunk again and again, in one buffer. */
export const drip = httpAction(async () => {
  const chunk = encoder.encode("xdripx").subarray(1, 5);
  let left = 100;
  return new Response(new ReadableStream<Uint8Array>({ pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()) }));
});

export const brokenStream = httpAction(async (ctx, request) => {
  let isFirst = true;
  const gate = new URL(request.url).searchParams.get("gate");
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (!isFirst) {
        if (gate !== null) await passed(ctx, gate);
        throw new Error("the stream broke");
      }
      isFirst = false;
      controller.enqueue(encoder.encode("begun"));
    },
  });
  return new Response(stream);
});

/** Says when it was cancelled, and when the request's signal was aborted. */
export const cancels = httpAction(async (ctx, request) => {
  const name = new URL(request.url).searchParams.get("name")!;
  request.signal.addEventListener("abort", () => void ctx.runMutation(internal.notes.addInternal, { text: `${name} aborted` }));
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      controller.enqueue(encoder.encode("more\n"));
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    cancel: async () => void (await ctx.runMutation(internal.notes.addInternal, { text: `${name} cancelled` })),
  });
  return new Response(stream);
});

/** Stores all that it makes, whether its client is still there or not. */
export const keepsWriting = httpAction(async (ctx, request) => {
  const name = new URL(request.url).searchParams.get("name")!;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const write = async (): Promise<void> => {
    let writer: WritableStreamDefaultWriter<Uint8Array> | null = writable.getWriter();
    for (let part = 0; part < 5; part++) {
      try {
        await writer?.write(encoder.encode(`part ${part}\n`));
      } catch {
        writer = null;
      }
      await ctx.runMutation(internal.notes.addInternal, { text: `${name} stored` });
      if (part === 0) await passed(ctx, `${name} gate`);
    }
    await writer?.close();
    await ctx.runMutation(internal.notes.addInternal, { text: `${name} finished` });
  };
  void write();
  return new Response(readable);
});

export const endless = httpAction(async (ctx, request) => {
  const name = new URL(request.url).searchParams.get("name");
  const chunk = new Uint8Array(64 * 1024);
  let chunks = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      chunks++;
      if (name !== null && chunks % 100 === 0) await ctx.runMutation(internal.notes.addInternal, { text: `${name} chunks` });
      controller.enqueue(chunk);
    },
  });
  return new Response(stream);
});

/** As many bytes as are asked for. */
export const zeros = httpAction(async (_ctx, request) => {
  const parameters = new URL(request.url).searchParams;
  let left = Number(parameters.get("bytes"));
  const step = Number(parameters.get("step") ?? 64 * 1024);
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const size = Math.min(left, step);
      left -= size;
      if (size > 0) controller.enqueue(new Uint8Array(size));
      else controller.close();
    },
  });
  return new Response(stream);
});

/** How many bytes came, by reading them in pieces. */
export const counted = httpAction(async (_ctx, request) => {
  let bytes = 0;
  let error: string | null = null;
  try {
    for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  return new Response(JSON.stringify({ bytes, error }));
});

/** Not what a Response wants. */
export function textStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => (controller as ReadableStreamDefaultController<unknown>).enqueue("text") });
}
