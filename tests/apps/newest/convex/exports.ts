/** What the package offers to code on the server besides `ctx`: called in the sandbox, where user code calls it. */
import {
  anyApi, componentsGeneric, cronJobs, defineSchema, defineTable, docValidator, filterApi, getFunctionAddress, getFunctionName, httpActionGeneric, HttpRouter, httpRouter, internalActionGeneric,
  internalMutationGeneric, internalQueryGeneric, makeFunctionReference, paginationOptsValidator, paginationResultValidator, ROUTABLE_HTTP_METHODS,
} from "convex/server";
import { asObjectValidator, Base64, CommitTsPlaceholder, compareValues, ConvexError, convexToJson, getConvexSize, getDocumentSize, jsonToConvex, v } from "convex/values";
import { api, components } from "./_generated/api";
import { mutation, query } from "./_generated/server";

const person = v.object({ name: v.string(), age: v.number().optional() });

export const references = query({
  args: {},
  handler: async () => {
    const names = [anyApi["folder/file"]!.fn, filterApi<typeof api, never>(api as never), makeFunctionReference<"query">("a:b")];
    const tryName = (reference: unknown): string => {
      try {
        return getFunctionName(reference as never);
      } catch (error) {
        return (error as Error).message;
      }
    };
    return { names: names.map(tryName), component: getFunctionAddress(components.signer.tokens.sign), generic: getFunctionAddress(componentsGeneric().signer!.tokens!.sign), name: tryName("a:b") };
  },
});

export const validators = query({
  args: {},
  handler: async () => {
    const kinds = [v.id("events"), v.null(), v.number(), v.float64(), v.bigint(), v.int64(), v.commitTs(), v.boolean(), v.string(), v.bytes(), v.literal("a"), v.array(v.any()), person, v.record(v.string(), v.any()), v.union(v.null(), v.any()), v.any()];
    const table = defineTable({ title: v.string() }).staged({ title: v.union(v.string(), v.null()) });
    const schema = defineSchema({ notes: table }, { schemaValidation: false, strictTableNameTypes: false });
    const record = v.record(v.id("events"), v.int64());
    return {
      kinds: kinds.map(({ kind }) => kind),
      optional: [v.optional(v.string()), v.string().optional(), v.string().asOptional()].map(({ isOptional }) => isOptional),
      marks: [person.isConvexValidator, person.isOptional],
      omitted: Object.keys(person.omit("age").fields),
      picked: Object.keys(person.pick("age").fields),
      partial: Object.values(person.partial().fields).map(({ isOptional }) => isOptional),
      extended: Object.keys(person.extend({ more: v.null() }).fields),
      nullable: v.nullable(v.string()).members.map(({ kind }) => kind),
      parts: [v.array(v.string()).element.kind, v.literal(1n).value, v.id("events").tableName, record.key.kind, record.value.kind],
      json: [person.json, asObjectValidator({ a: v.string() }).json],
      documents: [Object.keys(schema.doc("notes").fields), schema.id("notes").tableName, Object.keys(docValidator("notes", table).fields), schema.schemaValidation, Object.keys(schema.tables), table.validator.kind],
      pages: [Object.keys(paginationOptsValidator.fields), Object.keys(paginationResultValidator(person).fields)],
    };
  },
});

export const values = query({
  args: { bytes: v.bytes() },
  handler: async (_ctx, { bytes }) => ({
    order: [undefined, null, 1n, 1, true, "a", bytes, [1], { a: 1 }].map((value, i, all) => (i === 0 ? -1 : compareValues(all[i - 1], value))),
    sizes: [getConvexSize("abc"), getConvexSize({ a: [1, null] }), getDocumentSize({ _id: "x", _creationTime: 1, a: "b" } as never)],
    base64: [Base64.fromByteArray(new Uint8Array(bytes)), Base64.fromByteArrayUrlSafeNoPadding(new Uint8Array(bytes)), [...Base64.toByteArray("AQID")], Base64.byteLength("AQID")],
    json: JSON.stringify(convexToJson({ big: 1n, bytes })),
    back: jsonToConvex({ big: { $integer: "AQAAAAAAAAA=" } }),
  }),
});

export const placeholder = mutation({
  args: {},
  handler: async (ctx) => {
    const { commitTs } = ctx.db.vars;
    const refused = (use: () => unknown): string => {
      try {
        return `gave ${String(use())}`;
      } catch (error) {
        return (error as Error).message;
      }
    };
    return { text: commitTs.toString(), refused: [refused(() => commitTs.valueOf()), refused(() => commitTs.toJSON())], isClass: commitTs instanceof CommitTsPlaceholder };
  },
});

/** A router that is only looked at. */
export const routes = query({
  args: {},
  handler: async () => {
    const http = httpRouter();
    const handler = httpActionGeneric(async () => new Response("x"));
    http.route({ path: "/exact", method: "GET", handler });
    http.route({ pathPrefix: "/below/", method: "POST", handler });
    const found = (path: string, method: "GET" | "POST"): unknown => http.lookup(path, method)?.slice(1) ?? null;
    return {
      isRouter: [http.isRouter, http instanceof HttpRouter],
      routes: http.getRoutes().map(([path, method]) => [path, method]),
      found: [found("/exact", "GET"), found("/below/a", "POST"), found("/below/a", "GET")],
      methods: ROUTABLE_HTTP_METHODS,
      maps: [http.exactRoutes.size, http.prefixRoutes.size],
      // For the runtime of Convex Cloud.
      run: await http.runRequest("[]", "/exact").catch((error: Error) => error.message),
      isCrons: cronJobs().isCrons,
    };
  },
});

/** Registered without generated code. */
export const genericQuery = internalQueryGeneric({ args: {}, handler: async () => "query" });
export const genericMutation = internalMutationGeneric({ args: {}, handler: async () => "mutation" });
export const genericAction = internalActionGeneric({ args: {}, handler: async () => "action" });

export const fails = query({ args: {}, handler: async () => { throw new ConvexError({ code: 7, list: [1n] }); } });
