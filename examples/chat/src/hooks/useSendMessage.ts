/** Sending with an optimistic row: on screen at once, replaced by the stored message, taken back if it is refused. */
import { insertAtTop, useMutation } from "convex/react";
import type { OptimisticLocalStore } from "convex/browser";
import { useCallback, useMemo } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { newClientKey } from "../lib/clientKey";
import { pendingMessageId } from "../lib/timeline";

interface SendArgs {
  roomId: Id<"rooms">;
  author: string;
  body: string;
  clientKey: string;
}

export function useSendMessage(roomId: Id<"rooms">): (author: string, body: string) => Promise<Id<"messages">> {
  const mutate = useMutation(api.messages.send);
  const send = useMemo(() => mutate.withOptimisticUpdate(insertPendingMessage), [mutate]);
  return useCallback(
    async (author, body) => await send({ roomId, author, body, clientKey: newClientKey() }),
    [send, roomId],
  );
}

/**
 * Runs again on every change from the server until the mutation is answered, so a message sent by somebody else
 * meanwhile goes above this one. The newest message is at the top of a list that is read newest first.
 */
function insertPendingMessage(localQueryStore: OptimisticLocalStore, args: SendArgs): void {
  insertAtTop({
    paginatedQuery: api.messages.list,
    argsToMatch: { roomId: args.roomId },
    localQueryStore,
    item: {
      ...args,
      body: args.body.trim(),
      _id: pendingMessageId(args.clientKey),
      _creationTime: Date.now(),
    },
  });
}
