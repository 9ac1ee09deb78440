/** Whatever an action may send past its ctx. */
import { actionGeneric as action } from "convex/server";
import { v } from "convex/values";

declare const Convex: { asyncSyscall(op: string, args: string): Promise<string> };

/** What each of them is answered with. */
export const callAll = action({
  args: { ops: v.array(v.string()), texts: v.array(v.string()) },
  handler: async (_ctx, { ops, texts }) => {
    const answers: string[] = [];
    for (const op of ops) {
      for (const text of texts) answers.push(await Convex.asyncSyscall(op, text).catch((error: Error) => `refused: ${error.message}`));
    }
    return answers;
  },
});
