import { makeFunctionReference } from "convex/server";
import { action } from "./_generated/server";

const subject = makeFunctionReference<"query">("users:subject");
const write = makeFunctionReference<"mutation">("users:write");
const tokenOfCaller = makeFunctionReference<"mutation">("users:tokenOfCaller");
const inner = makeFunctionReference<"action">("acts:whoami");

export const whoami = action({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });

/** Who the action acts as, and who everything that it calls does. */
export const everywhere = action({
  args: {},
  handler: async (ctx): Promise<unknown> => {
    const identity = await ctx.auth.getUserIdentity();
    return {
      action: identity?.subject ?? null,
      query: await ctx.runQuery(subject, {}),
      mutation: await ctx.runMutation(write, { body: "from an action" }),
      inner: ((await ctx.runAction(inner, {})) as { subject: string } | null)?.subject ?? null,
      token: (await ctx.meta.getRequestMetadata()).authToken,
      tokenInMutation: await ctx.runMutation(tokenOfCaller, {}),
    };
  },
});

/** As text, since not every claim is a Convex value. */
export const claims = action({ args: {}, handler: async (ctx) => JSON.stringify(await ctx.auth.getUserIdentity()) });
