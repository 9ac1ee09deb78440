/** What a follow-up sequence says and when. Steps are numbered from 1; their order is that of `followUp` in `sequences.ts`. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** From one step to the next. */
export const WAIT_MS: Readonly<Record<number, number>> = { 1: 3 * DAY_MS, 2: 4 * DAY_MS };
export const STEPS = 3;
export const CALL_STEP = 3;

export const FOLLOW_UP_MAILS: Readonly<Record<number, { readonly subject: string; readonly body: string } | undefined>> = {
  1: { subject: "Good to meet you, {name}", body: "Hello {name},\n\nthank you for your interest. Reply to this mail whenever you like: it reaches a person." },
  2: { subject: "Any questions, {name}?", body: "Hello {name},\n\nthree days ago we wrote to you. Is there anything that we can clear up?" },
};
