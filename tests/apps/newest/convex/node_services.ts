"use node";
import { getServiceToken } from "convex/server";
import { action } from "./_generated/server";

export const token = action({ args: {}, handler: async () => await getServiceToken("ai-gateway").catch((error: Error) => error.message) });
