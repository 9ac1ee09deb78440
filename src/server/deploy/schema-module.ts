/** schema.ts: the schema that its default export describes. */
import { Schema, type SchemaJson } from "../../database/schema.js";
import { schemaProblem } from "../../database/schema-change/schema-definition.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { callExport, compile, evaluateModule } from "./module-evaluation.js";
import type { ModuleConfig } from "./push-request.js";

/** Throws {@link DeployError}. */
export async function evaluateSchema(module: ModuleConfig, environmentVariables: EnvironmentVariables): Promise<SchemaJson> {
  const modules = new Map([[module.path, await compile(module)]]);
  const text = evaluateModule({ modules, path: module.path, environmentVariables, errorCode: "InvalidSchema", read: callExport });
  if (typeof text !== "string") throw refuse("Its default export is no schema. Make one with `export default defineSchema({…})`.");
  const schema = JSON.parse(text) as SchemaJson;
  const problem = schemaProblem(schema);
  if (problem !== null) throw refuse(problem);
  checkValidators(schema);
  return schema;
}

/** Compiling the validators finds those that this version does not know. */
function checkValidators(schema: SchemaJson): void {
  try {
    new Schema(schema);
    new Schema({ ...schema, tables: schema.tables.map((table) => ({ ...table, documentType: table.stagedDocumentType ?? null })) });
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

function refuse(message: string): DeployError {
  return new DeployError("InvalidSchema", `Failed to evaluate schema.ts: ${message}`);
}
