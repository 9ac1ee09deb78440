/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as boards from "../boards.js";
import type * as cleaning from "../cleaning.js";
import type * as crons from "../crons.js";
import type * as demo from "../demo.js";
import type * as model_checks from "../model/checks.js";
import type * as model_errors from "../model/errors.js";
import type * as model_limits from "../model/limits.js";
import type * as model_notes from "../model/notes.js";
import type * as model_visits from "../model/visits.js";
import type * as notes from "../notes.js";
import type * as presence from "../presence.js";
import type * as sweeping from "../sweeping.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  boards: typeof boards;
  cleaning: typeof cleaning;
  crons: typeof crons;
  demo: typeof demo;
  "model/checks": typeof model_checks;
  "model/errors": typeof model_errors;
  "model/limits": typeof model_limits;
  "model/notes": typeof model_notes;
  "model/visits": typeof model_visits;
  notes: typeof notes;
  presence: typeof presence;
  sweeping: typeof sweeping;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};
