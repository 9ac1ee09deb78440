/** Builders whose arguments and results zod checks: version 3 as older apps import it, and version 4. */
import { NoOp } from "convex-helpers/server/customFunctions";
import { zCustomAction, zCustomMutation, zCustomQuery } from "convex-helpers/server/zod";
import { zCustomMutation as zCustomMutation4, zCustomQuery as zCustomQuery4 } from "convex-helpers/server/zod4";
import { action, mutation, query } from "../_generated/server";

export const queryWithZod = zCustomQuery(query, NoOp);
export const mutationWithZod = zCustomMutation(mutation, NoOp);
export const actionWithZod = zCustomAction(action, NoOp);
export const queryWithZod4 = zCustomQuery4(query, NoOp);
export const mutationWithZod4 = zCustomMutation4(mutation, NoOp);
