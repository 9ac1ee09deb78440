import { defineApp } from "convex/server";
import box from "./box/convex.config.js";

const app = defineApp();
app.use(box);
export default app;
