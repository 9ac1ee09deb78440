/** What the queries return, by the names that the page uses. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../convex/_generated/api";

export type Note = FunctionReturnType<typeof api.notes.list>[number];
export type Colour = Note["colour"];
export type Position = Note["position"];
export type Visitor = FunctionReturnType<typeof api.presence.here>[number];
export type Cursor = FunctionReturnType<typeof api.presence.cursors>[number];
