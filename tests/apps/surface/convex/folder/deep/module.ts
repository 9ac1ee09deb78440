import { v } from "convex/values";
import { query } from "../../_generated/server";

export const name = query({ args: {}, handler: async () => "folder/deep/module:name" });
export const fails = query({
  args: { message: v.string() },
  handler: async (_ctx, { message }): Promise<null> => {
    return inHelper(message);
  },
});

function inHelper(message: string): never {
  throw new TypeError(message);
}

export default query({ args: {}, handler: async () => "default of folder/deep/module" });
