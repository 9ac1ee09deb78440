/**
 * Bodies of the deploy API as the CLI sends them, parsed once. Only what the server needs is looked at: newer CLIs may
 * send more.
 */
import { z } from "zod";
import { DeployError } from "./deploy-error.js";

const environment = z.enum(["isolate", "node"]);

const moduleConfig = z.looseObject({
  path: z.string(),
  source: z.string(),
  sourceMap: z.string().nullish(),
  environment,
});
export type ModuleConfig = z.infer<typeof moduleConfig>;
export type ModuleEnvironment = z.infer<typeof environment>;

const nodeDependency = z.looseObject({ name: z.string(), version: z.string() });

const startPushRequest = z.looseObject({
  dryRun: z.boolean().default(false),
  /** Folder of the functions in the project: "convex/". */
  functions: z.string(),
  appDefinition: z.looseObject({
    definition: moduleConfig.nullish(),
    schema: moduleConfig.nullish(),
    changedModules: z.array(moduleConfig),
    unchangedModuleHashes: z.array(z.looseObject({ path: z.string(), environment, sha256: z.string() })).default([]),
    udfServerVersion: z.string(),
  }),
  componentDefinitions: z.array(z.looseObject({ definitionPath: z.string() })).default([]),
  nodeDependencies: z.array(nodeDependency).default([]),
  nodeVersion: z.string().nullish(),
  forCodegen: z.boolean().default(false),
});
export type StartPushRequest = z.infer<typeof startPushRequest>;

/** Of what start_push answered, the CLI sends back what tells one push from another. */
const schemaChange = z.looseObject({ schemaIds: z.record(z.string(), z.string()) });

const waitForSchemaRequest = z.looseObject({ schemaChange, timeoutMs: z.number().default(10_000), dryRun: z.boolean().default(false) });

const finishPushRequest = z.looseObject({
  startPush: z.looseObject({ schemaChange }),
  dryRun: z.boolean().default(false),
  message: z.string().nullish(),
});

const environmentRequest = z.looseObject({ changes: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })) });
export type EnvironmentChange = z.infer<typeof environmentRequest>["changes"][number];

export const parseStartPush = parserOf(startPushRequest);
export const parseWaitForSchema = parserOf(waitForSchemaRequest);
export const parseFinishPush = parserOf(finishPushRequest);
export const parseEnvironmentRequest = parserOf(environmentRequest);

/** Key of a push's id in `schemaChange.schemaIds`: the app's component path. */
export const APP_COMPONENT = "";

function parserOf<T extends z.ZodType>(schema: T): (body: string) => z.infer<T> {
  return (body) => {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch (error) {
      throw new DeployError("BadJsonBody", `The request body is not JSON: ${(error as Error).message}.`);
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new DeployError("BadJsonBody", `The request body is not as expected: ${z.prettifyError(parsed.error)}. Is the "convex" package very old or very new?`);
    return parsed.data;
  };
}
