/** The process of {@link Beats}: calls one mutation after another and keeps how long each took, until it is asked. */
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

const client = new ConvexClient(process.argv[2]!, { logger: false });
let times: number[] = [];
process.on("message", () => {
  process.send!(times);
  times = [];
});
process.on("disconnect", () => process.exit());
for (;;) {
  const startMs = performance.now();
  await client.mutation(makeFunctionReference<"mutation">("beats:beat"), {});
  times.push(performance.now() - startMs);
}
