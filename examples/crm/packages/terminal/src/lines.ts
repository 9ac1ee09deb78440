/** Results of queries as lines of text. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../convex/_generated/api";
import { STAGE_NAMES } from "../../../convex/model/stages";

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

export function boardLines(board: FunctionReturnType<typeof api.deals.board>): string[] {
  return board.flatMap(({ stage, deals }) => {
    const value = deals.reduce((sum, { valueCents }) => sum + valueCents, 0);
    const head = `${STAGE_NAMES[stage]} (${deals.length}, ${money.format(value / 100)})`;
    return [head, ...deals.map(({ title, contactName, valueCents }) => `  ${money.format(valueCents / 100).padStart(10)}  ${title}, ${contactName}`)];
  });
}

export function taskLines(tasks: FunctionReturnType<typeof api.tasks.list>): string[] {
  if (tasks.length === 0) return ["Nothing to do."];
  return tasks.map(({ _id, title, dueAt, contactName }) => `${_id}  ${(dueAt === null ? "" : day.format(dueAt)).padEnd(7)} ${title}${contactName === null ? "" : ` (${contactName})`}`);
}

export function contactLines(contacts: FunctionReturnType<typeof api.contacts.search>): string[] {
  if (contacts.length === 0) return ["Nobody of that name."];
  return contacts.map(({ _id, fullName, organisation, email, status }) => `${_id}  ${fullName}${organisation === null ? "" : `, ${organisation}`} [${status}] ${email ?? ""}`);
}
