/** Who is there: everybody who has come with a token of the issuer. */
import { mutation, query } from "./_generated/server";
import { findUser, requireClaims, userWith } from "./model/people";
import { requireLine } from "./model/text";
import { TITLE_LENGTH_MAX } from "./model/limits";

/** Called once at each sign-in: others see this name from now on. */
export const enter = mutation({
  handler: async (ctx) => {
    const { tokenIdentifier, name: claimed, role } = await requireClaims(ctx);
    const name = requireLine("A name", claimed, TITLE_LENGTH_MAX);
    const known = await userWith(ctx, tokenIdentifier);
    if (known === null) return await ctx.db.insert("users", { tokenIdentifier, name, role });
    await ctx.db.patch(known._id, { name, role });
    return known._id;
  },
});

/** Null for visitors. */
export const me = query({
  handler: async (ctx) => {
    const user = await findUser(ctx);
    return user === null ? null : { _id: user._id, name: user.name, role: user.role };
  },
});
