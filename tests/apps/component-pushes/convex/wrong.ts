/** What must not pass the type check: a line that passes is an error of its own. */
import { components, internal } from "./_generated/api.js";
import { env, internalMutation } from "./_generated/server.js";

export const wrong = internalMutation({
  args: {},
  handler: async (ctx) => {
    // @ts-expect-error an argument of another type
    await ctx.runMutation(components.counter.counts.add, { name: "x", by: "1" });
    // @ts-expect-error internal functions are the component's own
    void components.counter.counts.reset;
    // @ts-expect-error nor are those of what it mounts in turn
    void components.counter.journal;
    // @ts-expect-error nothing is mounted under that name
    void components.third;
    // @ts-expect-error a query is no mutation
    await ctx.runMutation(components.counter.counts.get, { name: "x" });
    // @ts-expect-error components are not the app's
    void internal.components.counter;
    // @ts-expect-error a variable that is not declared
    void env.UNDECLARED;
    // @ts-expect-error one that may be missing
    const level: string = env.LEVEL;
    return level;
  },
});
