/** Which environment variables a change has made, changed and removed: their names, never their values. */
import type { EnvironmentVariables } from "../deploy/environment.js";
import type { AuditAction, AuditActor, AuditEvent } from "./deployment-audit.js";

export function environmentEvents(before: EnvironmentVariables, after: EnvironmentVariables, actor: AuditActor): AuditEvent[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const action = actionOf(before[name], after[name]);
    return action === null ? [] : [{ action, actor, metadata: { variable_name: name } }];
  });
}

function actionOf(before: string | undefined, after: string | undefined): AuditAction | null {
  if (before === after) return null;
  if (before === undefined) return "create_environment_variable";
  return after === undefined ? "delete_environment_variable" : "update_environment_variable";
}
