/**
 * The types of `convex/server`, as an app that runs here uses them. They hold or fail when this file is compiled, by `npm run
 * typecheck`; what the tests do at run time is to show that the objects that carry these types are the package's own.
 */
import {
  actionGeneric, defineApp, defineComponent, defineSchema, defineTable, httpActionGeneric, internalMutationGeneric, mutationGeneric, queryGeneric,
  type ActionBuilder, type ActionMeta, type AdvancedRunQueryOptions, type AnyApi, type AnyChildComponents, type AnyComponents, type AnyDataModel, type ApiFromModules, type AppDefinition,
  type ArgsAndOptions, type ArgsArray, type ArgsArrayForOptionalValidator, type ArgsArrayToObject, type AuditLogBody, type AuditLogValue, type Auth, type AuthConfig, type AuthProvider,
  type BaseTableReader, type BaseTableWriter, type BetterOmit, type ComponentDefinition, type CronJob, type Crons, type Cursor, type DataModelFromSchemaDefinition, type DefaultArgsForOptionalValidator,
  type DefaultFunctionArgs, type DefineSchemaOptions, type DeploymentMetadata, type DocumentByInfo, type DocumentByName, type DocValidator, type EnvDefinition, type EnvFromAppDefinition,
  type EnvFromDefinition, type Expand, type Expression, type ExpressionOrValue, type FieldPaths, type FieldTypeFromFieldPath, type FieldTypeFromFieldPathInner, type FileMetadata,
  type FileStorageId, type FilterApi, type FilterBuilder, type FilterExpression, type FunctionArgs, type FunctionHandle, type FunctionHandle_future, type FunctionMetadata, type FunctionReference,
  type FunctionReference_future, type FunctionReturnType, type FunctionType, type FunctionVisibility, type GenericActionCtx, type GenericDatabaseReader, type GenericDatabaseReaderWithTable,
  type GenericDatabaseWriter, type GenericDatabaseWriterWithTable, type GenericDataModel, type GenericDocument, type GenericFieldPaths, type GenericIndexFields, type GenericMutationCtx,
  type GenericMutationCtxWithTable, type GenericQueryCtx, type GenericQueryCtxWithTable, type GenericSchema, type GenericSearchIndexConfig, type GenericTableIndexes, type GenericTableInfo,
  type GenericTableSearchIndexes, type GenericTableVectorIndexes, type GenericVectorIndexConfig, type HttpActionBuilder, type IdField, type Indexes, type IndexNames, type IndexRange,
  type IndexRangeBuilder, type IndexTiebreakerField, type MutationAuth, type MutationBuilder, type MutationBuilderWithTable, type MutationMeta, type NamedIndex, type NamedSearchIndex,
  type NamedTableInfo, type NamedVectorIndex, type OptionalRestArgs, type OrderedQuery, type PaginationOptions, type PaginationResult, type PartialApi, type PublicHttpAction, type Query,
  type QueryBuilder, type QueryBuilderWithTable, type QueryInitializer, type QueryMeta, type RegisteredAction, type RegisteredMutation, type RegisteredQuery, type RequestMetadata,
  type ReservedJwtClaim, type ReservedJwtClaimPrefix, type ReturnValueForOptionalValidator, type RoutableMethod, type RouteSpec, type RouteSpecWithPath, type RouteSpecWithPathPrefix,
  type SchedulableFunctionReference, type Scheduler, type SchemaDefinition, type SearchFilter, type SearchFilterBuilder, type SearchFilterFinalizer, type SearchIndexConfig, type SearchIndexes,
  type SearchIndexNames, type ServiceName, type SignJwtClaims, type SignJwtOptions, type StorageActionWriter, type StorageId, type StorageReader, type StorageWriter, type SystemDataModel,
  type SystemFields, type SystemFieldValidators, type SystemIndexes, type SystemTableNames, type TableDefinition, type TableNamesInDataModel, type TransactionLimits, type TransactionMetric,
  type TransactionMetrics, type UnvalidatedFunction, type UserIdentity, type UserIdentityAttributes, type ValidatedFunction, type ValidatorTypeToReturnType, type VectorFilterBuilder,
  type VectorIndexConfig, type VectorIndexes, type VectorIndexNames, type VectorSearch, type VectorSearchQuery, type WithOptionalSystemFields, type WithoutSystemFields,
} from "convex/server";
import { v, type GenericId, type JSONValue, type VFloat64, type VId } from "convex/values";
import { expect, expectTypeOf, test } from "vitest";

const schema = defineSchema({
  posts: defineTable({ title: v.string(), author: v.object({ name: v.string() }), rank: v.optional(v.number()), embedding: v.array(v.number()) })
    .index("by_rank", ["rank"])
    .searchIndex("by_title", { searchField: "title", filterFields: ["rank"] })
    .vectorIndex("by_embedding", { vectorField: "embedding", dimensions: 3, filterFields: ["title"] }),
});
type Model = DataModelFromSchemaDefinition<typeof schema>;
type Posts = NamedTableInfo<Model, "posts">;
type Post = DocumentByName<Model, "posts">;

test("data models: documents, fields, indexes", () => {
  expectTypeOf<Post["_id"]>().toEqualTypeOf<GenericId<"posts">>();
  expectTypeOf<DocumentByInfo<Posts>>().toEqualTypeOf<Post>();
  expectTypeOf<TableNamesInDataModel<Model>>().toEqualTypeOf<"posts">();
  expectTypeOf<"author.name">().toExtend<FieldPaths<Posts>>();
  expectTypeOf<FieldTypeFromFieldPath<Post, "author.name">>().toEqualTypeOf<string>();
  expectTypeOf<FieldTypeFromFieldPathInner<Post, "title">>().toEqualTypeOf<string>();
  expectTypeOf<IndexNames<Posts>>().toEqualTypeOf<"by_rank" | "by_id" | "by_creation_time">();
  expectTypeOf<NamedIndex<Posts, "by_rank">>().toEqualTypeOf<["rank", IndexTiebreakerField]>();
  expectTypeOf<keyof Indexes<Posts>>().toEqualTypeOf<IndexNames<Posts>>();
  expectTypeOf<NamedSearchIndex<Posts, SearchIndexNames<Posts>>>().toEqualTypeOf<{ searchField: "title"; filterFields: "rank" }>();
  expectTypeOf<keyof SearchIndexes<Posts>>().toEqualTypeOf<"by_title">();
  expectTypeOf<NamedVectorIndex<Posts, VectorIndexNames<Posts>>>().toExtend<{ vectorField: "embedding"; filterFields: "title" }>();
  expectTypeOf<keyof VectorIndexes<Posts>>().toEqualTypeOf<"by_embedding">();
  expectTypeOf<Model>().toExtend<GenericDataModel>();
  expectTypeOf<Posts>().toExtend<GenericTableInfo>();
  expectTypeOf<Post>().toExtend<GenericDocument>();
  expectTypeOf<AnyDataModel[string]["document"]>().toBeAny();
  expectTypeOf<FieldPaths<Posts>>().toExtend<GenericFieldPaths>();
  expectTypeOf<GenericTableIndexes[string]>().toEqualTypeOf<GenericIndexFields>();
  expectTypeOf<GenericTableSearchIndexes[string]>().toEqualTypeOf<GenericSearchIndexConfig>();
  expectTypeOf<GenericTableVectorIndexes[string]>().toEqualTypeOf<GenericVectorIndexConfig>();
  expectTypeOf<SystemIndexes["by_id"]>().toEqualTypeOf<["_id"]>();
  expectTypeOf<keyof WithoutSystemFields<Post>>().toEqualTypeOf<"title" | "author" | "rank" | "embedding">();
  expectTypeOf<Omit<Post, "_id">>().toExtend<WithOptionalSystemFields<Post>>();
  expectTypeOf<IdField<"posts"> & SystemFields>().toExtend<Pick<Post, "_id" | "_creationTime">>();
  expectTypeOf<SystemTableNames>().toEqualTypeOf<"_scheduled_functions" | "_storage">();
  expectTypeOf<DocumentByName<SystemDataModel, "_storage">["sha256"]>().toEqualTypeOf<string>();
  expectTypeOf<BetterOmit<{ a: 1; b: 2 }, "a">>().toEqualTypeOf<{ b: 2 }>();
  expectTypeOf<Expand<{ a: 1 } & { b: 2 }>>().toEqualTypeOf<{ a: 1; b: 2 }>();
  expect(Object.keys(schema.tables)).toEqual(["posts"]);
});

test("schemas and their options", () => {
  expectTypeOf(schema).toExtend<SchemaDefinition<GenericSchema, boolean>>();
  expectTypeOf(schema.tables.posts).toExtend<TableDefinition>();
  expectTypeOf<DefineSchemaOptions<true>>().toExtend<{ schemaValidation?: boolean }>();
  expectTypeOf<SearchIndexConfig<"title", "rank">["searchField"]>().toEqualTypeOf<"title">();
  expectTypeOf<VectorIndexConfig<"embedding", "title">["dimensions"]>().toEqualTypeOf<number>();
  expectTypeOf<SystemFieldValidators<"posts">>().toEqualTypeOf<{ _id: VId<GenericId<"posts">>; _creationTime: VFloat64<number> }>();
  expectTypeOf<DocValidator<"posts", (typeof schema)["tables"]["posts"]["validator"]>["type"]["_id"]>().toEqualTypeOf<GenericId<"posts">>();
  expect(schema.doc("posts").fields._id.tableName).toBe("posts");
});

test("reading and writing", () => {
  expectTypeOf<GenericQueryCtx<Model>["db"]>().toEqualTypeOf<GenericDatabaseReader<Model>>();
  expectTypeOf<GenericMutationCtx<Model>["db"]>().toEqualTypeOf<GenericDatabaseWriter<Model>>();
  expectTypeOf<GenericQueryCtxWithTable<Model>["db"]>().toEqualTypeOf<GenericDatabaseReaderWithTable<Model>>();
  expectTypeOf<GenericMutationCtxWithTable<Model>["db"]>().toEqualTypeOf<GenericDatabaseWriterWithTable<Model>>();
  expectTypeOf<ReturnType<GenericDatabaseReaderWithTable<Model>["table"]>>().toExtend<BaseTableReader<Model, "posts">>();
  expectTypeOf<BaseTableWriter<Model, "posts">>().toExtend<BaseTableReader<Model, "posts">>();
  expectTypeOf<QueryInitializer<Posts>>().toExtend<Query<Posts>>();
  expectTypeOf<Query<Posts>>().toExtend<OrderedQuery<Posts>>();
  expectTypeOf<Awaited<ReturnType<OrderedQuery<Posts>["first"]>>>().toEqualTypeOf<Post | null>();
  expectTypeOf<ReturnType<FilterBuilder<Posts>["eq"]>>().toEqualTypeOf<Expression<boolean>>();
  expectTypeOf<boolean>().toExtend<ExpressionOrValue<boolean>>();
  expectTypeOf<IndexRangeBuilder<Post, ["rank"]>>().toExtend<IndexRange>();
  expectTypeOf<ReturnType<SearchFilterBuilder<Post, { searchField: "title"; filterFields: "rank" }>["search"]>>().toEqualTypeOf<SearchFilterFinalizer<Post, { searchField: "title"; filterFields: "rank" }>>();
  expectTypeOf<SearchFilterFinalizer<Post, { searchField: "title"; filterFields: "rank" }>>().toExtend<SearchFilter>();
  expectTypeOf<Awaited<ReturnType<VectorSearch<Model, "posts", "by_embedding">>>[number]["_score"]>().toEqualTypeOf<number>();
  expectTypeOf<NonNullable<VectorSearchQuery<Posts, "by_embedding">["filter"]>>().returns.toEqualTypeOf<FilterExpression<boolean>>();
  expectTypeOf<ReturnType<VectorFilterBuilder<Post, NamedVectorIndex<Posts, "by_embedding">>["eq"]>>().toEqualTypeOf<FilterExpression<boolean>>();
  expectTypeOf<PaginationResult<Post>["continueCursor"]>().toEqualTypeOf<Cursor>();
  expectTypeOf<{ numItems: number; cursor: null }>().toExtend<PaginationOptions>();
  expect(typeof queryGeneric).toBe("function");
});

test("references of functions", () => {
  const send = mutationGeneric({ args: { text: v.string() }, returns: v.number(), handler: () => 1 });
  const hidden = internalMutationGeneric({ args: {}, handler: () => null });
  type Api = ApiFromModules<{ "messages/inbox": { send: typeof send; hidden: typeof hidden } }>;
  type Send = Api["messages"]["inbox"]["send"];
  expectTypeOf<FunctionArgs<Send>>().toEqualTypeOf<{ text: string }>();
  expectTypeOf<FunctionReturnType<Send>>().toEqualTypeOf<number>();
  expectTypeOf<Send>().toExtend<SchedulableFunctionReference>();
  expectTypeOf<Send>().toExtend<FunctionReference<"mutation", FunctionVisibility>>();
  expectTypeOf<keyof FilterApi<Api, FunctionReference<FunctionType, "public">>["messages"]["inbox"]>().toEqualTypeOf<"send">();
  expectTypeOf<OptionalRestArgs<Send>>().toEqualTypeOf<[args: { text: string }]>();
  expectTypeOf<ArgsAndOptions<Send, { optimistic: true }>>().toEqualTypeOf<[args: { text: string }, options?: { optimistic: true }]>();
  expectTypeOf<Record<never, never>>().toExtend<PartialApi<Api>>();
  expectTypeOf<AnyApi[string][string]>().toExtend<FunctionReference<FunctionType, FunctionVisibility>>();
  expectTypeOf<FunctionHandle<"mutation", { text: string }, number>>().toExtend<string>();
  expectTypeOf<FunctionReference<"mutation", "public", { text: string }, number>>().toExtend<FunctionReference_future<"mutation", "public", { text: string }, number>>();
  expectTypeOf<FunctionReference<"mutation", "public", { text: string; more: string }, number>>().not.toExtend<FunctionReference_future<"mutation", "public", { text: string }, number>>();
  expectTypeOf<FunctionHandle_future<"query", { text: string }>>().toExtend<string>();
  expectTypeOf<typeof send>().toExtend<RegisteredMutation<"public", { text: string }, number>>();
  expect([send, hidden].map((registered) => (registered as { isMutation: boolean }).isMutation)).toEqual([true, true]);
});

test("builders, and what they make", () => {
  expectTypeOf(queryGeneric).toExtend<QueryBuilder<Model, "public">>();
  expectTypeOf(mutationGeneric).toExtend<MutationBuilder<Model, "public">>();
  expectTypeOf(actionGeneric).toExtend<ActionBuilder<Model, "public">>();
  expectTypeOf(httpActionGeneric).toExtend<HttpActionBuilder>();
  expectTypeOf<ReturnType<HttpActionBuilder>>().toEqualTypeOf<PublicHttpAction>();
  expectTypeOf<QueryBuilderWithTable<Model, "public">>().toBeFunction();
  expectTypeOf<MutationBuilderWithTable<Model, "public">>().toBeFunction();
  expectTypeOf<RegisteredQuery<"internal", DefaultFunctionArgs, null>["isInternal"]>().toEqualTypeOf<true>();
  expectTypeOf<RegisteredAction<"public", DefaultFunctionArgs, null>["isAction"]>().toEqualTypeOf<true>();
  expectTypeOf<(ctx: Auth, args: { a: 1 }) => 2>().toExtend<UnvalidatedFunction<Auth, [{ a: 1 }], 2>>();
  expectTypeOf<ValidatedFunction<Auth, { a: VFloat64 }, 2>["handler"]>().parameter(1).toEqualTypeOf<{ a: number }>();
  expectTypeOf<ArgsArrayToObject<[{ a: 1 }]>>().toEqualTypeOf<{ a: 1 }>();
  expectTypeOf<ArgsArrayForOptionalValidator<{ a: VFloat64 }>>().toEqualTypeOf<[{ a: number }]>();
  expectTypeOf<DefaultArgsForOptionalValidator<{ a: VFloat64 }>>().toExtend<ArgsArray>();
  expectTypeOf<number>().toExtend<ReturnValueForOptionalValidator<VFloat64>>();
  expectTypeOf<Promise<number>>().toExtend<ValidatorTypeToReturnType<number>>();
  expect([queryGeneric, mutationGeneric, actionGeneric, httpActionGeneric].every((build) => typeof build === "function")).toBe(true);
});

test("ctx: auth, metadata, files, jobs", () => {
  expectTypeOf<GenericMutationCtx<Model>["auth"]>().toEqualTypeOf<MutationAuth>();
  expectTypeOf<GenericActionCtx<Model>["auth"]>().toEqualTypeOf<Auth>();
  expectTypeOf<MutationAuth["signJwt"]>().parameter(0).toEqualTypeOf<SignJwtOptions>();
  expectTypeOf<{ sub: string }>().toExtend<SignJwtClaims>();
  expectTypeOf<{ cvxRole: string }>().not.toExtend<SignJwtClaims>();
  expectTypeOf<"iss" | "nbf">().toExtend<ReservedJwtClaim>();
  expectTypeOf<"cvx" | "CONVEX" | "Convex">().toExtend<ReservedJwtClaimPrefix>();
  expectTypeOf<keyof UserIdentityAttributes>().not.toBeNever();
  expectTypeOf<UserIdentity["subject"]>().toEqualTypeOf<string>();
  expectTypeOf<AuthConfig["providers"][number]>().toEqualTypeOf<AuthProvider>();
  expectTypeOf<GenericQueryCtx<Model>["meta"]>().toEqualTypeOf<QueryMeta>();
  expectTypeOf<MutationMeta>().toExtend<QueryMeta>();
  expectTypeOf<Awaited<ReturnType<ActionMeta["getFunctionMetadata"]>>>().toEqualTypeOf<FunctionMetadata>();
  expectTypeOf<Awaited<ReturnType<QueryMeta["getTransactionMetrics"]>>>().toEqualTypeOf<TransactionMetrics>();
  expectTypeOf<TransactionMetrics["bytesRead"]>().toEqualTypeOf<TransactionMetric>();
  expectTypeOf<keyof TransactionLimits>().toEqualTypeOf<keyof TransactionMetrics>();
  expectTypeOf<NonNullable<AdvancedRunQueryOptions["transactionLimits"]>>().toEqualTypeOf<TransactionLimits>();
  expectTypeOf<DeploymentMetadata["class"]>().toEqualTypeOf<"s16" | "s256" | "d1024" | "d2048">();
  expectTypeOf<RequestMetadata["requestId"]>().toEqualTypeOf<string>();
  expectTypeOf<StorageWriter>().toExtend<StorageReader>();
  expectTypeOf<GenericActionCtx<Model>["storage"]>().toEqualTypeOf<StorageActionWriter>();
  expectTypeOf<StorageId>().toExtend<FileStorageId>();
  expectTypeOf<FileMetadata["size"]>().toEqualTypeOf<number>();
  expectTypeOf<Awaited<ReturnType<Scheduler["runAfter"]>>>().toEqualTypeOf<GenericId<"_scheduled_functions">>();
  expectTypeOf<Crons["crons"]>().toEqualTypeOf<Record<string, CronJob>>();
  expectTypeOf<ServiceName>().toEqualTypeOf<"ai-gateway">();
  expectTypeOf<AuditLogBody>().toExtend<Record<string, AuditLogValue>>();
  expectTypeOf<JSONValue>().toExtend<UserIdentity[string]>();
  expect(defineTable({}).validator.kind).toBe("object");
});

test("routes, components, environments", () => {
  expectTypeOf<RouteSpecWithPath | RouteSpecWithPathPrefix>().toEqualTypeOf<RouteSpec>();
  expectTypeOf<RouteSpecWithPath["method"]>().toEqualTypeOf<RoutableMethod>();
  const app = defineApp({ env: { KEY: v.string(), HINT: v.optional(v.string()) } });
  expectTypeOf(app).toExtend<AppDefinition<EnvDefinition>>();
  expectTypeOf<EnvFromAppDefinition<typeof app>["KEY"]>().toEqualTypeOf<string>();
  expectTypeOf<EnvFromDefinition<{ KEY: ReturnType<typeof v.string> }>>().toEqualTypeOf<{ KEY: string }>();
  expectTypeOf(defineComponent("shelf")).toExtend<ComponentDefinition>();
  expectTypeOf<AnyComponents>().toEqualTypeOf<AnyChildComponents>();
  expect(app.env.KEY).toEqual({ __envVarRef: "KEY" });
});
