/** The server's own queries by the path that admins call them by. */
import { apiSpec, cloudUrl, components, environmentVariable, environmentVariables, schemas, siteUrl } from "./deployment.js";
import type { SystemQuery } from "./system-query.js";
import { tableData, tableSize, tableVersion, tables } from "./tables.js";
import { importById, imports, latestExport } from "./transfers.js";

export type { SystemQuery } from "./system-query.js";

const QUERIES: Readonly<Record<string, SystemQuery>> = {
  "_system/cli/queryEnvironmentVariables:default": environmentVariables,
  "_system/cli/queryEnvironmentVariables:get": environmentVariable,
  "_system/cli/tables:default": tables,
  "_system/cli/tableData:default": tableData,
  "_system/cli/tableSize:default": tableSize,
  "_system/cli/queryTable:default": tableVersion,
  "_system/cli/modules:apiSpec": apiSpec,
  "_system/cli/convexUrl:cloudUrl": cloudUrl,
  "_system/cli/convexUrl:siteUrl": siteUrl,
  "_system/frontend/components:list": components,
  "_system/frontend/getSchemas:default": schemas,
  "_system/cli/queryImport:default": importById,
  "_system/cli/queryImport:list": imports,
  "_system/cli/exports:getLatest": latestExport,
};

const DEFAULT_EXPORT = ":default";

/** Default exports are found with and without their name. */
export const SYSTEM_QUERIES: ReadonlyMap<string, SystemQuery> = new Map(
  Object.entries(QUERIES).flatMap(([path, query]) => (path.endsWith(DEFAULT_EXPORT) ? [[path, query] as const, [path.slice(0, -DEFAULT_EXPORT.length), query] as const] : [[path, query] as const])),
);
