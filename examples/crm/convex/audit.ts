/** Who did what, for owners. */
import { paginationOptsValidator } from "convex/server";
import { query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";

/** Newest first. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "audit:read");
    const events = ctx.db.query("auditEvents").withIndex("by_company", (q) => q.eq("companyId", auth.companyId));
    return await events.order("desc").paginate(paginationOpts);
  },
});
