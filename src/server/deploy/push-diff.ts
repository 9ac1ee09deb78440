/** The answer to finish_push: what the push changed, for the CLI to print. */
import type { IndexDiff } from "../../database/schema-change/index-diff.js";
import type { SchemaJson } from "../../database/schema.js";
import type { AnalyzedCron } from "../../functions/sandbox/analyze.js";
import type { AuthProvider } from "./auth-config.js";
import type { ModuleSummary } from "./code-store.js";
import { analysesOf, indexDiffResponse } from "./push-response.js";
import { APP_COMPONENT } from "./push-request.js";

/** What there is before a push, and after it. */
export interface PushedState {
  readonly modules: readonly ModuleSummary[];
  readonly authProviders: readonly AuthProvider[];
  /** Null before the first push. */
  readonly udfServerVersion: string | null;
  readonly schema: SchemaJson | null;
}

export function finishPushResponse(before: PushedState, after: PushedState, indexDiff: IndexDiff): object {
  const { udfServerVersion: previous } = before;
  const { udfServerVersion: next } = after;
  return {
    authDiff: namesDiff(before.authProviders.map(asText), after.authProviders.map(asText)),
    definitionDiffs: {},
    componentDiffs: {
      [APP_COMPONENT]: {
        diffType: { type: previous === null ? "create" : "modify" },
        moduleDiff: moduleDiff(before.modules, after.modules),
        udfConfigDiff: previous === next ? null : { previous_version: previous ?? "", next_version: next },
        cronDiff: cronDiff(cronsOf(before.modules), cronsOf(after.modules)),
        indexDiff: indexDiffResponse(indexDiff),
        schemaDiff: schemaDiff(before.schema, after.schema),
      },
    },
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
