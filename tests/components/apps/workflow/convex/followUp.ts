/** The long one: a lead is assigned, looked up and, three days later, reminded of us. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { workflow } from "./workflow";

const DAY = 24 * 60 * 60 * 1000;

export const followUp = workflow
  .define({ args: { lead: v.string() }, returns: v.array(v.string()) })
  .handler(async (step, { lead }): Promise<string[]> => {
    const assigned = await step.runMutation(internal.steps.record, { subject: lead, step: "assign" });
    const looked = await step.runAction(internal.steps.gated, { subject: lead, gate: `${lead} look-up` }, { retry: true });
    const reminded = await step.runMutation(internal.steps.record, { subject: lead, step: "remind" }, { runAfter: 3 * DAY, name: "reminder" });
    const closed = await step.runMutation(internal.steps.record, { subject: lead, step: "close" });
    return [assigned, looked, reminded, closed];
  });

/** Nothing but mutations, to be killed anywhere. */
export const mutationsOnly = workflow
  .define({ args: { lead: v.string(), count: v.number() }, returns: v.number() })
  .handler(async (step, { lead, count }): Promise<number> => {
    for (let n = 0; n < count; n++) await step.runMutation(internal.steps.record, { subject: lead, step: `step ${n}` });
    return count;
  });
