/**
 * What Rivulet adds to the types of `convex/server`, for apps that name it: `"types": ["rivulet/convex"]` in
 * `convex/tsconfig.json`, or `import "rivulet/convex"` in a declaration file.
 */
import type { GenericDataModel, GenericDocument, GenericSearchIndexConfig, NamedTableInfo, SearchFilterFinalizer, TableNamesInDataModel, VectorIndexNames, VectorSearch } from "convex/server";

declare module "convex/server" {
  interface SearchFilterBuilder<Document extends GenericDocument, SearchIndexConfig extends GenericSearchIndexConfig> {
    /** With `typoTolerance`, words with that many typing errors match as well, behind those without. */
    search(fieldName: SearchIndexConfig["searchField"], query: string, options: { readonly typoTolerance?: 0 | 1 | 2 }): SearchFilterFinalizer<Document, SearchIndexConfig>;
  }
  interface GenericQueryCtx<DataModel extends GenericDataModel> {
    /**
     * The search of actions, in the query's or mutation's own transaction: it sees what the mutation has written, and a live query
     * that searched runs again when its result can change.
     */
    vectorSearch<TableName extends TableNamesInDataModel<DataModel>, IndexName extends VectorIndexNames<NamedTableInfo<DataModel, TableName>>>(
      tableName: TableName,
      indexName: IndexName,
      query: Parameters<VectorSearch<DataModel, TableName, IndexName>>[2],
    ): ReturnType<VectorSearch<DataModel, TableName, IndexName>>;
  }
  interface GenericMutationCtx<DataModel extends GenericDataModel> {
    /** As in queries. */
    vectorSearch: GenericQueryCtx<DataModel>["vectorSearch"];
  }
}
