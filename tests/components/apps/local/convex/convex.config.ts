import { defineApp } from "convex/server";
import { v } from "convex/values";
import shelf from "./shelf/convex.config.js";

const app = defineApp({ env: { SHELF_LABEL: v.string() } });
app.use(shelf, { name: "first", httpPrefix: "/first/", env: { LABEL: app.env.SHELF_LABEL } });
app.use(shelf, { name: "second", httpPrefix: "/first/below", env: { LABEL: "fixed", HINT: "hinted" } });
export default app;
