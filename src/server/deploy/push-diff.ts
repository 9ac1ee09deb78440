/** The answer to finish_push: what the push changed, for the CLI to print. */
import type { IndexDiff } from "../../database/schema-change/index-diff.js";
import type { SchemaJson } from "../../database/schema.js";
import type { AnalyzedCron } from "../../functions/sandbox/analyze.js";
import type { AuthProvider } from "./auth-config.js";
import type { ModuleSummary } from "./code-store.js";
import { analysesOf, indexDiffResponse, type IndexDiffs } from "./push-response.js";

/** The app or a component, where it is mounted, before a push or after it. */
export interface ComponentState {
  readonly modules: readonly ModuleSummary[];
  readonly udfServerVersion: string;
  readonly schema: SchemaJson | null;
}

/** What there is before a push, and after it. */
export interface PushedState {
  readonly authProviders: readonly AuthProvider[];
  /** By component path; none before the first push. */
  readonly components: ReadonlyMap<string, ComponentState>;
}

/** `known`: paths of components that were mounted at some time. */
export function finishPushResponse(before: PushedState, after: PushedState, indexDiffs: IndexDiffs, known: ReadonlySet<string>): object {
  const paths = [...new Set([...before.components.keys(), ...after.components.keys()])];
  return {
    authDiff: namesDiff(before.authProviders.map(asText), after.authProviders.map(asText)),
    definitionDiffs: {},
    componentDiffs: Object.fromEntries(paths.map((path) => [path, componentDiff(before.components.get(path), after.components.get(path), indexDiffs.get(path), known.has(path))])),
  };
}

const NO_INDEX_DIFF: IndexDiff = { added: [], removed: [], enabled: [], disabled: [], identical: [] };

function componentDiff(before: ComponentState | undefined, after: ComponentState | undefined, indexDiff: IndexDiff = NO_INDEX_DIFF, isKnown: boolean): object {
  const type = after === undefined ? "unmount" : before !== undefined ? "modify" : isKnown ? "remount" : "create";
  const [previous, next] = [before?.udfServerVersion ?? null, after?.udfServerVersion ?? null];
  // What is unmounted keeps its tables and their schema.
  const schemaAfter = after === undefined ? before?.schema : after.schema;
  return {
    diffType: { type },
    moduleDiff: moduleDiff(before?.modules ?? [], after?.modules ?? []),
    udfConfigDiff: previous === next || next === null ? null : { previous_version: previous ?? "", next_version: next },
    cronDiff: cronDiff(cronsOf(before?.modules ?? []), cronsOf(after?.modules ?? [])),
    indexDiff: indexDiffResponse(indexDiff),
    schemaDiff: schemaDiff(before?.schema ?? null, schemaAfter ?? null),
  };
}

function asText(value: unknown): string {
  return JSON.stringify(value);
}

function namesDiff(before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } {
  return { added: after.filter((name) => !before.includes(name)), removed: before.filter((name) => !after.includes(name)) };
}

/** A module that changed is one removed and one added. */
function moduleDiff(before: readonly ModuleSummary[], after: readonly ModuleSummary[]): object {
  const hashes = (modules: readonly ModuleSummary[]): Set<string> => new Set(modules.map(({ path, sha256 }) => `${path} ${sha256}`));
  const [hashesBefore, hashesAfter] = [hashes(before), hashes(after)];
  return {
    added: after.filter(({ path, sha256 }) => !hashesBefore.has(`${path} ${sha256}`)).map(({ path }) => path),
    removed: before.filter(({ path, sha256 }) => !hashesAfter.has(`${path} ${sha256}`)).map(({ path }) => path),
  };
}

function cronsOf(modules: readonly ModuleSummary[]): Readonly<Record<string, AnalyzedCron>> {
  return analysesOf(modules).find(({ path }) => path === "crons.js")?.crons ?? {};
}

function cronDiff(before: Readonly<Record<string, AnalyzedCron>>, after: Readonly<Record<string, AnalyzedCron>>): object {
  const { added, removed } = namesDiff(Object.keys(before), Object.keys(after));
  const updated = Object.keys(after).filter((name) => Object.hasOwn(before, name) && asText(before[name]) !== asText(after[name]));
  return { added, updated, deleted: removed };
}

function schemaDiff(before: SchemaJson | null, after: SchemaJson | null): object | null {
  const [previous_schema, next_schema] = [before, after].map((schema) => (schema === null ? null : asText(schema)));
  return previous_schema === next_schema ? null : { previous_schema, next_schema };
}
