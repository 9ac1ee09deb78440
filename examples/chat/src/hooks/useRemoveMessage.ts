/** Removing a message: it leaves the screen at once and comes back if the server refuses. */
import { useMutation } from "convex/react";
import type { OptimisticLocalStore } from "convex/browser";
import { useMemo } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";

export function useRemoveMessage(): (args: { messageId: Id<"messages"> }) => Promise<null> {
  const mutate = useMutation(api.messages.remove);
  return useMemo(() => mutate.withOptimisticUpdate(hideMessage), [mutate]);
}

function hideMessage(store: OptimisticLocalStore, { messageId }: { messageId: Id<"messages"> }): void {
  for (const { args, value } of store.getAllQueries(api.messages.list)) {
    if (value === undefined) continue;
    const page = value.page.filter(({ _id }) => _id !== messageId);
    if (page.length !== value.page.length) store.setQuery(api.messages.list, args, { ...value, page });
  }
}
