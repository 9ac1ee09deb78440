/**
 * Bodies of the deploy API as the CLI sends them, parsed once. Only what the server needs is looked at: newer CLIs may
 * send more.
 */
import { lazySchema, type LazySchema, type SchemaOf, type Zod } from "../lazy-schema.js";
import { DeployError } from "./deploy-error.js";

const environment = (z: Zod) => z.enum(["isolate", "node"]);

const moduleConfig = (z: Zod) =>
  z.looseObject({
    path: z.string(),
    source: z.string(),
    sourceMap: z.string().nullish(),
    environment: environment(z),
  });
export type ModuleConfig = SchemaOf<typeof moduleConfig>;
export type ModuleEnvironment = SchemaOf<typeof environment>;

const nodeDependency = (z: Zod) => z.looseObject({ name: z.string(), version: z.string() });

const componentDefinition = (z: Zod) =>
  z.looseObject({
    /** From the app's folder: "../node_modules/@convex-dev/workpool/dist/component". */
    definitionPath: z.string(),
    definition: moduleConfig(z),
    /** Definition paths of what it mounts. */
    dependencies: z.array(z.string()).default([]),
    schema: moduleConfig(z).nullish(),
    /** All of them, changed or not. */
    functions: z.array(moduleConfig(z)),
    udfServerVersion: z.string(),
  });

/** CLIs of before 1.31.7 send all modules of the app as `functions`, as for a component; later ones only what has changed. */
function withChangedModules(definition: unknown): unknown {
  if (typeof definition !== "object" || definition === null || "changedModules" in definition || !("functions" in definition)) return definition;
  const { functions, ...rest } = definition;
  return { ...rest, changedModules: functions };
}

const startPushRequest = (z: Zod) =>
  z.looseObject({
    dryRun: z.boolean().default(false),
    /** Folder of the functions in the project: "convex/". */
    functions: z.string(),
    appDefinition: z.preprocess(
      withChangedModules,
      z.looseObject({
        definition: moduleConfig(z).nullish(),
        schema: moduleConfig(z).nullish(),
        changedModules: z.array(moduleConfig(z)),
        unchangedModuleHashes: z.array(z.looseObject({ path: z.string(), environment: environment(z), sha256: z.string() })).default([]),
        udfServerVersion: z.string(),
      }),
    ),
    componentDefinitions: z.array(componentDefinition(z)).default([]),
    nodeDependencies: z.array(nodeDependency(z)).default([]),
    nodeVersion: z.string().nullish(),
    forCodegen: z.boolean().default(false),
  });
export type StartPushRequest = SchemaOf<typeof startPushRequest>;

/** Of what start_push answered, the CLI sends back what tells one push from another. */
const schemaChange = (z: Zod) => z.looseObject({ schemaIds: z.record(z.string(), z.string()) });

const waitForSchemaRequest = (z: Zod) =>
  z.looseObject({ schemaChange: schemaChange(z), timeoutMs: z.number().default(10_000), dryRun: z.boolean().default(false) });

const finishPushRequest = (z: Zod) =>
  z.looseObject({
    startPush: z.looseObject({ schemaChange: schemaChange(z) }),
    dryRun: z.boolean().default(false),
    message: z.string().nullish(),
  });

const environmentRequest = (z: Zod) => z.looseObject({ changes: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })) });
export type EnvironmentChange = SchemaOf<typeof environmentRequest>["changes"][number];

export const parseStartPush = parserOf(lazySchema(startPushRequest));
export const parseWaitForSchema = parserOf(lazySchema(waitForSchemaRequest));
export const parseFinishPush = parserOf(lazySchema(finishPushRequest));
export const parseEnvironmentRequest = parserOf(lazySchema(environmentRequest));

/** Key of a push's id in `schemaChange.schemaIds`: the app's component path. */
export const APP_COMPONENT = "";

function parserOf<T>(schema: LazySchema<T>): (body: string) => T {
  return (body) => {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch (error) {
      throw new DeployError("BadJsonBody", `The request body is not JSON: ${(error as Error).message}.`);
    }
    const parsed = schema.parse(json);
    if (!parsed.ok) throw new DeployError("BadJsonBody", `The request body is not as expected: ${parsed.problem}. Is the "convex" package very old or very new?`);
    return parsed.data;
  };
}
