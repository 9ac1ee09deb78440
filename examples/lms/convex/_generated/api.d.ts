/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as assignments from "../assignments.js";
import type * as comments from "../comments.js";
import type * as courses from "../courses.js";
import type * as demo from "../demo.js";
import type * as enrolments from "../enrolments.js";
import type * as gradebook from "../gradebook.js";
import type * as http from "../http.js";
import type * as lessons from "../lessons.js";
import type * as model_access from "../model/access.js";
import type * as model_courses from "../model/courses.js";
import type * as model_csv from "../model/csv.js";
import type * as model_errors from "../model/errors.js";
import type * as model_library from "../model/library.js";
import type * as model_limits from "../model/limits.js";
import type * as model_pages from "../model/pages.js";
import type * as model_people from "../model/people.js";
import type * as model_progress from "../model/progress.js";
import type * as model_submissions from "../model/submissions.js";
import type * as model_text from "../model/text.js";
import type * as progress from "../progress.js";
import type * as search from "../search.js";
import type * as submissions from "../submissions.js";
import type * as users from "../users.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  assignments: typeof assignments;
  comments: typeof comments;
  courses: typeof courses;
  demo: typeof demo;
  enrolments: typeof enrolments;
  gradebook: typeof gradebook;
  http: typeof http;
  lessons: typeof lessons;
  "model/access": typeof model_access;
  "model/courses": typeof model_courses;
  "model/csv": typeof model_csv;
  "model/errors": typeof model_errors;
  "model/library": typeof model_library;
  "model/limits": typeof model_limits;
  "model/pages": typeof model_pages;
  "model/people": typeof model_people;
  "model/progress": typeof model_progress;
  "model/submissions": typeof model_submissions;
  "model/text": typeof model_text;
  progress: typeof progress;
  search: typeof search;
  submissions: typeof submissions;
  users: typeof users;
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
