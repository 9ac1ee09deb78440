import { defineApp } from "convex/server";
import signer from "./signer/convex.config.js";

const app = defineApp();
app.use(signer);
export default app;
