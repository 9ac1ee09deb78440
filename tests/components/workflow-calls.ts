/** Calls of `apps/workflow`. */
import type { WorkflowId, WorkflowStatus, WorkflowStep } from "@convex-dev/workflow";
import type { Value } from "convex/values";
import { until } from "../harness.js";
import { AppCalls, type CallArguments } from "./app-calls.js";

export interface StepDocument {
  readonly step: string;
  readonly at: number;
  readonly note?: Value;
}

export interface Completion {
  readonly context: Value;
  readonly result: { readonly kind: string; readonly returnValue?: Value; readonly error?: string };
}

/** Workflows may go on behind steps of a fifth of a second each. */
const ENDING_MS_MAX = 40_000;

export class WorkflowCalls extends AppCalls {
  /** `name` as in "examples:greet". */
  start(name: string, args: CallArguments = {}, options: CallArguments = {}): Promise<WorkflowId> {
    return this.mutation("manage:start", { name, args, ...options });
  }

  status(workflowId: WorkflowId): Promise<WorkflowStatus> {
    return this.query("manage:status", { workflowId });
  }

  /** Of the component's own journal. */
  journal(workflowId: WorkflowId): Promise<WorkflowStep[]> {
    return this.query("manage:steps", { workflowId });
  }

  /** Of the workflow that runs as a step of another. */
  childOf(workflowId: WorkflowId): Promise<WorkflowId> {
    return until(async () => {
      const step = (await this.journal(workflowId)).find(({ kind }) => kind === "workflow");
      return step?.kind === "workflow" ? step.nestedWorkflowId : null;
    }, `the child of ${workflowId}`);
  }

  completions(workflowId: WorkflowId): Promise<Completion[]> {
    return this.query("manage:completionsOf", { workflowId });
  }

  /** Resolves with how it ended, once `onComplete` was told. */
  async ended(workflowId: WorkflowId): Promise<Completion> {
    return until(async () => (await this.completions(workflowId)).at(-1), `workflow ${workflowId} to end`, ENDING_MS_MAX);
  }

  async succeeded<Result = Value>(workflowId: WorkflowId): Promise<Result> {
    const { result } = await this.ended(workflowId);
    if (result.kind !== "success") throw new Error(`The workflow ended: ${JSON.stringify(result)}`);
    return result.returnValue as Result;
  }

  /** What steps did, in order: documents of the app's table. */
  async steps(subject: string): Promise<StepDocument[]> {
    return this.query("steps:stepsOf", { subject });
  }

  async stepNames(subject: string): Promise<string[]> {
    return (await this.steps(subject)).map(({ step }) => step);
  }

  did(subject: string, step: string): Promise<boolean> {
    return until(async () => (await this.stepNames(subject)).includes(step), `"${step}" of ${subject}`, ENDING_MS_MAX);
  }

  open(gate: string): Promise<null> {
    return this.mutation("steps:open", { gate });
  }
}
