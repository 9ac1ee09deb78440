import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

export const uploadUrl = mutation({ args: {}, handler: ({ storage }) => storage.generateUploadUrl() });
export const url = query({ args: { id: v.string() }, handler: ({ storage }, { id }) => storage.getUrl(id as never) });
export const remove = mutation({ args: { id: v.string() }, handler: ({ storage }, { id }) => storage.delete(id as never) });
