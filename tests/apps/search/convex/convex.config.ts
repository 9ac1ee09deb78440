import { defineApp } from "convex/server";
import archive from "./archive/convex.config.js";

const app = defineApp();
app.use(archive);
app.use(archive, { name: "second" });
export default app;
