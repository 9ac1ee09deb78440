// In JavaScript, with a default export and without validators, as the oldest apps are.
import { query, mutation } from "./_generated/server";

export default query(async ({ db }) => await db.query("bells").collect());

export const ring = mutation(async ({ db }, { times, ...rest }) => {
  await db.insert("bells", { times, rest });
});
