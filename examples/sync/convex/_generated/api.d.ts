/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as admin from "../admin.js";
import type * as boards from "../boards.js";
import type * as crons from "../crons.js";
import type * as engine from "../engine.js";
import type * as model_canonical from "../model/canonical.js";
import type * as model_dispatch from "../model/dispatch.js";
import type * as model_errors from "../model/errors.js";
import type * as model_keys from "../model/keys.js";
import type * as model_limits from "../model/limits.js";
import type * as model_outcome from "../model/outcome.js";
import type * as model_payload from "../model/payload.js";
import type * as model_permits from "../model/permits.js";
import type * as model_pool from "../model/pool.js";
import type * as model_source from "../model/source.js";
import type * as model_subjects from "../model/subjects.js";
import type * as model_syncs from "../model/syncs.js";
import type * as model_timing from "../model/timing.js";
import type * as model_viewer from "../model/viewer.js";
import type * as model_wiping from "../model/wiping.js";
import type * as presence from "../presence.js";
import type * as refresh from "../refresh.js";
import type * as scan from "../scan.js";
import type * as subjects from "../subjects.js";
import type * as viewer from "../viewer.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  admin: typeof admin;
  boards: typeof boards;
  crons: typeof crons;
  engine: typeof engine;
  "model/canonical": typeof model_canonical;
  "model/dispatch": typeof model_dispatch;
  "model/errors": typeof model_errors;
  "model/keys": typeof model_keys;
  "model/limits": typeof model_limits;
  "model/outcome": typeof model_outcome;
  "model/payload": typeof model_payload;
  "model/permits": typeof model_permits;
  "model/pool": typeof model_pool;
  "model/source": typeof model_source;
  "model/subjects": typeof model_subjects;
  "model/syncs": typeof model_syncs;
  "model/timing": typeof model_timing;
  "model/viewer": typeof model_viewer;
  "model/wiping": typeof model_wiping;
  presence: typeof presence;
  refresh: typeof refresh;
  scan: typeof scan;
  subjects: typeof subjects;
  viewer: typeof viewer;
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

export declare const components: {
  workpool: import("@convex-dev/workpool/_generated/component.js").ComponentApi<"workpool">;
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
};
