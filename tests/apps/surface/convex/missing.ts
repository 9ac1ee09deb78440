/** Parts of the API that a version of the server may not have yet: they must say so. */
import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const use = mutation({
  args: { what: v.string() },
  handler: async (ctx, { what }): Promise<unknown> => {
    switch (what) {
      case "withSearchIndex":
        return await (ctx.db.query("items") as unknown as { withSearchIndex(name: string, filter: (q: { search(field: string, text: string): unknown }) => unknown): { collect(): Promise<unknown> } })
          .withSearchIndex("by_text", (q) => q.search("label", "x"))
          .collect();
      default:
        throw new Error(`Nothing is called ${what}`);
    }
  },
});
