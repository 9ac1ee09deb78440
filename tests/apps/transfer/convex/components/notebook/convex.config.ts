import { defineComponent } from "convex/server";
import journal from "../journal/convex.config.js";

const notebook = defineComponent("notebook");
notebook.use(journal);
export default notebook;
