/** For tests: bodies of start_push as the CLI sends them, from source text, without running the CLI. */
import { bundle, type Files } from "../../functions/sandbox/bundle.suite.js";
import type { DeployFixture } from "./deploy-harness.suite.js";

const DEFINITION = "convex.config.ts";
const SCHEMA = "schema.ts";
const NODE_DIRECTIVE = '"use node"';

type Json = Record<string, unknown>;

/** `files` are relative to the convex folder; those that begin with "use node" are modules of Node. */
export async function pushBody(files: Files, more: Json = {}): Promise<Json & { appDefinition: Json }> {
  const pick = (test: (path: string, text: string) => boolean): Files => Object.fromEntries(Object.entries(files).filter(([path, text]) => test(path, text)));
  const isNode = (_: string, text: string): boolean => text.startsWith(NODE_DIRECTIVE);
  const isConfig = (path: string): boolean => path === DEFINITION || path === SCHEMA;
  const [definition] = await modules(pick((path) => path === DEFINITION), "isolate");
  const [schema] = await modules(pick((path) => path === SCHEMA), "isolate");
  const changedModules = [
    ...(await modules(pick((path, text) => !isConfig(path) && !isNode(path, text)), "isolate")),
    ...Object.entries(pick(isNode)).map(([path, source]) => ({ path: path.replace(/\.ts$/, ".js"), source, environment: "node" })),
  ];
  const appDefinition = { definition: definition ?? null, dependencies: [], schema: schema ?? null, changedModules, unchangedModuleHashes: [], udfServerVersion: "1.48.0" };
  return { adminKey: "key", dryRun: false, functions: "convex/", appDefinition, componentDefinitions: [], nodeDependencies: [], forCodegen: false, ...more };
}

const IMPORTED = /"\.\/_componentDeps\/([\w-]+)"/g;

/** The import specifier of another component in a convex.config.ts. */
export function componentImport(definitionPath: string): string {
  return `./_componentDeps/${Buffer.from(definitionPath).toString("base64url")}`;
}

/** `componentDefinitions` of a push: files by definition path; each has a convex.config.ts. */
export async function componentDefinitions(filesByPath: Readonly<Record<string, Files>>): Promise<Json[]> {
  return await Promise.all(
    Object.entries(filesByPath).map(async ([definitionPath, files]) => {
      const { definition, schema, changedModules, udfServerVersion } = (await pushBody(files)).appDefinition;
      const dependencies = Array.from((files[DEFINITION] ?? "").matchAll(IMPORTED), ([, path]) => Buffer.from(path!, "base64url").toString());
      return { definitionPath, definition, dependencies, schema, functions: changedModules, udfServerVersion };
    }),
  );
}

async function modules(files: Files, environment: string): Promise<Json[]> {
  if (Object.keys(files).length === 0) return [];
  return (await bundle(files)).map(({ path, source, sourceMap }) => ({ path, source, ...(sourceMap === null ? {} : { sourceMap }), environment }));
}

/** start_push, wait_for_schema until it is settled, finish_push; returns the answers to the first and the last. */
export async function push(fixture: DeployFixture, files: Files, more: Json = {}): Promise<{ start: Json; wait: Json; finish: Json }> {
  const start = await fixture.call("start_push", await pushBody(files, more));
  const wait = await waitForSchema(fixture, start);
  return { start, wait, finish: await fixture.call("finish_push", { startPush: start, dryRun: false, message: null }) };
}

export async function waitForSchema(fixture: DeployFixture, start: Json, timeoutMs = 10_000): Promise<Json> {
  return await fixture.call("wait_for_schema", { schemaChange: start["schemaChange"], timeoutMs, dryRun: false });
}
