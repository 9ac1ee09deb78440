/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as chat from "../chat.js";
import type * as cleaning from "../cleaning.js";
import type * as crons from "../crons.js";
import type * as http from "../http.js";
import type * as leaderboard from "../leaderboard.js";
import type * as model_chats from "../model/chats.js";
import type * as model_errors from "../model/errors.js";
import type * as model_lastSeen from "../model/lastSeen.js";
import type * as model_limits from "../model/limits.js";
import type * as model_scoreRequest from "../model/scoreRequest.js";
import type * as model_signature from "../model/signature.js";
import type * as model_timing from "../model/timing.js";
import type * as model_typing from "../model/typing.js";
import type * as model_viewer from "../model/viewer.js";
import type * as presence from "../presence.js";
import type * as proctoring from "../proctoring.js";
import type * as silence from "../silence.js";
import type * as typing from "../typing.js";
import type * as viewer from "../viewer.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  chat: typeof chat;
  cleaning: typeof cleaning;
  crons: typeof crons;
  http: typeof http;
  leaderboard: typeof leaderboard;
  "model/chats": typeof model_chats;
  "model/errors": typeof model_errors;
  "model/lastSeen": typeof model_lastSeen;
  "model/limits": typeof model_limits;
  "model/scoreRequest": typeof model_scoreRequest;
  "model/signature": typeof model_signature;
  "model/timing": typeof model_timing;
  "model/typing": typeof model_typing;
  "model/viewer": typeof model_viewer;
  presence: typeof presence;
  proctoring: typeof proctoring;
  silence: typeof silence;
  typing: typeof typing;
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

export declare const components: {};
