/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as account from "../account.js";
import type * as apiKeys from "../apiKeys.js";
import type * as audit from "../audit.js";
import type * as background from "../background.js";
import type * as contacts from "../contacts.js";
import type * as crons from "../crons.js";
import type * as deals from "../deals.js";
import type * as demo from "../demo.js";
import type * as http from "../http.js";
import type * as inbox from "../inbox.js";
import type * as mail from "../mail.js";
import type * as members from "../members.js";
import type * as model_apiKeys from "../model/apiKeys.js";
import type * as model_auth from "../model/auth.js";
import type * as model_contacts from "../model/contacts.js";
import type * as model_deals from "../model/deals.js";
import type * as model_errors from "../model/errors.js";
import type * as model_followUp from "../model/followUp.js";
import type * as model_limits from "../model/limits.js";
import type * as model_members from "../model/members.js";
import type * as model_ownership from "../model/ownership.js";
import type * as model_permissions from "../model/permissions.js";
import type * as model_sequences from "../model/sequences.js";
import type * as model_stages from "../model/stages.js";
import type * as model_tasks from "../model/tasks.js";
import type * as model_text from "../model/text.js";
import type * as model_timeline from "../model/timeline.js";
import type * as rest_access from "../rest/access.js";
import type * as rest_company from "../rest/company.js";
import type * as rest_contacts from "../rest/contacts.js";
import type * as rest_csv from "../rest/csv.js";
import type * as rest_deals from "../rest/deals.js";
import type * as rest_endpoint from "../rest/endpoint.js";
import type * as rest_fields from "../rest/fields.js";
import type * as rest_members from "../rest/members.js";
import type * as rest_routes_company from "../rest/routes/company.js";
import type * as rest_routes_contacts from "../rest/routes/contacts.js";
import type * as rest_routes_deals from "../rest/routes/deals.js";
import type * as rest_sequences from "../rest/sequences.js";
import type * as rest_serve from "../rest/serve.js";
import type * as rest_tasks from "../rest/tasks.js";
import type * as rest_timeline from "../rest/timeline.js";
import type * as rest_views from "../rest/views.js";
import type * as rest_webhook from "../rest/webhook.js";
import type * as sequences from "../sequences.js";
import type * as tasks from "../tasks.js";
import type * as teams from "../teams.js";
import type * as timeline from "../timeline.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  account: typeof account;
  apiKeys: typeof apiKeys;
  audit: typeof audit;
  background: typeof background;
  contacts: typeof contacts;
  crons: typeof crons;
  deals: typeof deals;
  demo: typeof demo;
  http: typeof http;
  inbox: typeof inbox;
  mail: typeof mail;
  members: typeof members;
  "model/apiKeys": typeof model_apiKeys;
  "model/auth": typeof model_auth;
  "model/contacts": typeof model_contacts;
  "model/deals": typeof model_deals;
  "model/errors": typeof model_errors;
  "model/followUp": typeof model_followUp;
  "model/limits": typeof model_limits;
  "model/members": typeof model_members;
  "model/ownership": typeof model_ownership;
  "model/permissions": typeof model_permissions;
  "model/sequences": typeof model_sequences;
  "model/stages": typeof model_stages;
  "model/tasks": typeof model_tasks;
  "model/text": typeof model_text;
  "model/timeline": typeof model_timeline;
  "rest/access": typeof rest_access;
  "rest/company": typeof rest_company;
  "rest/contacts": typeof rest_contacts;
  "rest/csv": typeof rest_csv;
  "rest/deals": typeof rest_deals;
  "rest/endpoint": typeof rest_endpoint;
  "rest/fields": typeof rest_fields;
  "rest/members": typeof rest_members;
  "rest/routes/company": typeof rest_routes_company;
  "rest/routes/contacts": typeof rest_routes_contacts;
  "rest/routes/deals": typeof rest_routes_deals;
  "rest/sequences": typeof rest_sequences;
  "rest/serve": typeof rest_serve;
  "rest/tasks": typeof rest_tasks;
  "rest/timeline": typeof rest_timeline;
  "rest/views": typeof rest_views;
  "rest/webhook": typeof rest_webhook;
  sequences: typeof sequences;
  tasks: typeof tasks;
  teams: typeof teams;
  timeline: typeof timeline;
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
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
  workflow: import("@convex-dev/workflow/_generated/component.js").ComponentApi<"workflow">;
};
