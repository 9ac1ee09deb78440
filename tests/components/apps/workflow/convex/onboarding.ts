/** The example that begins the component's own documentation. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation } from "./_generated/server";
import { workflow } from "./workflow";

interface Content {
  text: string;
  refinements: number;
  requiresRefinement: boolean;
}

export const userOnboarding = workflow
  .define({ args: { user: v.string() } })
  .handler(async (step, { user }): Promise<void> => {
    let result = await step.runAction(internal.onboarding.generateCustomContent, { user }, { retry: true });
    while (result.requiresRefinement) {
      result = await step.runWorkflow(internal.onboarding.refineContentWorkflow, { user, currentResult: result });
    }
    const email = await step.runMutation(internal.onboarding.sendWelcomeEmail, { user, content: result.text }, { inline: true });
    if (email.status === "needsVerification") await step.awaitEvent({ name: "emailHasBeenVerified" });
    const DAY = 24 * 60 * 60 * 1000;
    await step.sleep(3 * DAY);
    for (let i = 0; i < 3; i++) {
      const sendTime = Date.now() + DAY;
      const status = await step.runMutation(internal.onboarding.sendFollowUpEmailMaybe, { user, i }, { runAt: sendTime });
      if (!status.ok) break;
    }
  });

export const refineContentWorkflow = workflow
  .define({ args: { user: v.string(), currentResult: v.any() }, returns: v.any() })
  .handler(async (step, { user, currentResult }): Promise<Content> => {
    const refinements = (currentResult as Content).refinements + 1;
    await step.runMutation(internal.steps.record, { subject: user, step: `refine ${refinements}` });
    return { text: `Hello ${user}`, refinements, requiresRefinement: refinements < 2 };
  });

export const generateCustomContent = internalAction({
  args: { user: v.string() },
  handler: async (ctx, { user }): Promise<Content> => {
    await ctx.runMutation(internal.steps.record, { subject: user, step: "generate" });
    return { text: "draft", refinements: 0, requiresRefinement: true };
  },
});

export const sendWelcomeEmail = internalMutation({
  args: { user: v.string(), content: v.string() },
  handler: async (ctx, { user, content }): Promise<{ status: "needsVerification" | "sent" }> => {
    await ctx.db.insert("steps", { subject: user, step: "welcome", at: Date.now(), note: content });
    return { status: "needsVerification" };
  },
});

export const sendFollowUpEmailMaybe = internalMutation({
  args: { user: v.string(), i: v.number() },
  handler: async (ctx, { user, i }): Promise<{ ok: boolean }> => {
    await ctx.db.insert("steps", { subject: user, step: `follow-up ${i}`, at: Date.now() });
    return { ok: i < 1 };
  },
});
