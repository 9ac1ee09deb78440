import { defineApp } from "convex/server";
import journal from "./components/journal/convex.config.js";
import notebook from "./components/notebook/convex.config.js";

const app = defineApp();
app.use(journal);
app.use(notebook);
export default app;
