import { defineComponent } from "convex/server";
import { v } from "convex/values";
import journal from "#journal/convex.config.js";

const counter = defineComponent("counter", { env: { UNIT: v.string() } });
counter.use(journal);
export default counter;
