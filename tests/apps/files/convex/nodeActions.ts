"use node";
/** The same in actions of Node. */
import { actionGeneric as action } from "convex/server";
import { v } from "convex/values";
import * as checks from "./lib/actionChecks";

const any = { args: { text: v.optional(v.string()), storageId: v.optional(v.string()), size: v.optional(v.number()), type: v.optional(v.string()), sha256: v.optional(v.string()) } };

export const store = action({ ...any, handler: checks.store });
export const storeLarge = action({ ...any, handler: checks.storeLarge });
export const storeWrong = action({ ...any, handler: checks.storeWrong });
export const get = action({ ...any, handler: checks.get });
export const getWithout = action({ ...any, handler: checks.getWithout });
export const copy = action({ ...any, handler: checks.copy });
export const describe = action({ ...any, handler: checks.describe });
export const remove = action({ ...any, handler: checks.remove });
export const uploadUrl = action({ ...any, handler: checks.uploadUrl });
export const storeUnawaited = action({ ...any, handler: checks.storeUnawaited });
