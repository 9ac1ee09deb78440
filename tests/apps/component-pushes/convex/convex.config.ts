import { defineApp } from "convex/server";
import { v } from "convex/values";
import counter from "./components/counter/convex.config.js";

const app = defineApp({ env: { UNIT: v.string(), LEVEL: v.optional(v.union(v.literal("info"), v.literal("error"))) } });
app.use(counter, { env: { UNIT: app.env.UNIT } });
app.use(counter, { name: "spare", httpPrefix: "/spare/", env: { UNIT: "spares" } });
export default app;
