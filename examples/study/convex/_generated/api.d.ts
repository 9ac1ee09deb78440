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
import type * as badges from "../badges.js";
import type * as cohorts from "../cohorts.js";
import type * as content from "../content.js";
import type * as demo from "../demo.js";
import type * as documents from "../documents.js";
import type * as extraction from "../extraction.js";
import type * as model_attempts from "../model/attempts.js";
import type * as model_badges from "../model/badges.js";
import type * as model_chunks from "../model/chunks.js";
import type * as model_course from "../model/course.js";
import type * as model_errors from "../model/errors.js";
import type * as model_jobs from "../model/jobs.js";
import type * as model_limits from "../model/limits.js";
import type * as model_pdf_content from "../model/pdf/content.js";
import type * as model_pdf_encodings from "../model/pdf/encodings.js";
import type * as model_pdf_file from "../model/pdf/file.js";
import type * as model_pdf_filters from "../model/pdf/filters.js";
import type * as model_pdf_fonts from "../model/pdf/fonts.js";
import type * as model_pdf_glyphs from "../model/pdf/glyphs.js";
import type * as model_pdf_pdf from "../model/pdf/pdf.js";
import type * as model_pdf_syntax from "../model/pdf/syntax.js";
import type * as model_pdf_unreadable from "../model/pdf/unreadable.js";
import type * as model_people from "../model/people.js";
import type * as model_saving from "../model/saving.js";
import type * as model_shuffle from "../model/shuffle.js";
import type * as model_text from "../model/text.js";
import type * as pipeline from "../pipeline.js";
import type * as progress from "../progress.js";
import type * as quizzes from "../quizzes.js";
import type * as users from "../users.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  admin: typeof admin;
  badges: typeof badges;
  cohorts: typeof cohorts;
  content: typeof content;
  demo: typeof demo;
  documents: typeof documents;
  extraction: typeof extraction;
  "model/attempts": typeof model_attempts;
  "model/badges": typeof model_badges;
  "model/chunks": typeof model_chunks;
  "model/course": typeof model_course;
  "model/errors": typeof model_errors;
  "model/jobs": typeof model_jobs;
  "model/limits": typeof model_limits;
  "model/pdf/content": typeof model_pdf_content;
  "model/pdf/encodings": typeof model_pdf_encodings;
  "model/pdf/file": typeof model_pdf_file;
  "model/pdf/filters": typeof model_pdf_filters;
  "model/pdf/fonts": typeof model_pdf_fonts;
  "model/pdf/glyphs": typeof model_pdf_glyphs;
  "model/pdf/pdf": typeof model_pdf_pdf;
  "model/pdf/syntax": typeof model_pdf_syntax;
  "model/pdf/unreadable": typeof model_pdf_unreadable;
  "model/people": typeof model_people;
  "model/saving": typeof model_saving;
  "model/shuffle": typeof model_shuffle;
  "model/text": typeof model_text;
  pipeline: typeof pipeline;
  progress: typeof progress;
  quizzes: typeof quizzes;
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
