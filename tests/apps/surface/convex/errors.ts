/** Things that functions throw. */
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server";

class CustomError extends Error {
  override name = "CustomError";
}

class PaymentError extends ConvexError<{ code: number }> {
  constructor(code: number) {
    super({ code });
  }
}

export const fail = query({
  args: { what: v.string() },
  handler: async (ctx, { what }): Promise<null> => {
    switch (what) {
      case "error":
        throw new Error("plain");
      case "type error":
        throw new TypeError("typed");
      case "custom":
        throw new CustomError("of a class");
      case "null access":
        return (null as unknown as { x: { y: null } }).x.y;
      case "string":
        throw "just text";
      case "object":
        throw { code: 7 };
      case "undefined":
        throw undefined;
      case "multiline":
        throw new Error("first\nsecond");
      case "empty":
        throw new Error();
      case "cause":
        throw new Error("outer", { cause: new Error("inner") });
      case "after await":
        await ctx.db.query("items").take(1);
        throw new Error("later");
      case "rejected":
        return await Promise.reject(new Error("rejected"));
      case "convex":
        throw new ConvexError({ code: 1n, bytes: new Uint8Array([1, 2]).buffer, list: ["a"] });
      case "convex text":
        throw new ConvexError("only text");
      case "convex subclass":
        throw new PaymentError(402);
      default:
        return null;
    }
  },
});

/** Nobody waits for a promise that rejects. */
export const unawaited = mutation({
  args: {},
  handler: async (ctx) => {
    void ctx.db.insert("others", { title: "never awaited" });
    return "returned";
  },
});
