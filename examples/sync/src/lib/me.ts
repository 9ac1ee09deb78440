/** Who looks at this page. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../convex/_generated/api";

export type Me = FunctionReturnType<typeof api.viewer.me>;
