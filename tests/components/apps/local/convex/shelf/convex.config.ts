import { defineComponent } from "convex/server";
import { v } from "convex/values";
import tally from "./tally/convex.config.js";

const shelf = defineComponent("shelf", { env: { LABEL: v.string(), HINT: v.optional(v.string()) } });
shelf.use(tally, { env: { UNIT: shelf.env.LABEL } });
shelf.use(tally, { name: "spare", httpPrefix: "/tally/", env: { UNIT: "spare" } });
export default shelf;
