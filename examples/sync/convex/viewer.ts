/** Who the caller is, for the page. */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { timing } from "./model/timing";
import { requireViewer } from "./model/viewer";

export const me = query({
  args: {},
  returns: v.object({ name: v.string(), isOperator: v.boolean(), heartbeatMs: v.number() }),
  handler: async (ctx) => {
    const { name, role } = await requireViewer(ctx);
    return { name, isOperator: role === "operator", heartbeatMs: timing().heartbeatMs };
  },
});
