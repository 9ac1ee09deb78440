/** One chat: its messages, sending with an optimistic row, and marking as read what is on screen. */
import type { OptimisticLocalStore } from "convex/browser";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useEffect, useMemo } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc, Id } from "../../convex/_generated/dataModel";
import { newClientKey } from "../lib/clientKey";
import { useIsVisible } from "./useIsVisible";

export type Message = Doc<"messages">;
export type Me = FunctionReturnType<typeof api.viewer.me>;

const PENDING_PREFIX = "pending:";

export const isPending = ({ _id }: Message): boolean => _id.startsWith(PENDING_PREFIX);

interface Chat {
  /** Oldest first; undefined while it is loading. */
  messages: Message[] | undefined;
  send: (body: string) => Promise<unknown>;
}

export function useChat(chatId: Id<"chats">, me: Me): Chat {
  const newestFirst = useQuery(api.chat.messages, { chatId });
  useMarkRead(chatId, newestFirst, me.userId);
  const mutate = useMutation(api.chat.send);
  const send = useMemo(() => mutate.withOptimisticUpdate((store, args) => insertPending(store, args, me)), [mutate, me]);
  return {
    messages: useMemo(() => newestFirst?.toReversed(), [newestFirst]),
    send: (body) => send({ chatId, body, clientKey: newClientKey() }),
  };
}

function insertPending(store: OptimisticLocalStore, { chatId, body, clientKey }: { chatId: Id<"chats">; body: string; clientKey: string }, me: Me): void {
  const messages = store.getQuery(api.chat.messages, { chatId });
  if (messages === undefined) return;
  const pending: Message = {
    _id: (PENDING_PREFIX + clientKey) as Id<"messages">,
    _creationTime: Date.now(),
    chatId,
    authorId: me.userId,
    authorName: me.name,
    authorRole: me.role,
    body: body.trim(),
    clientKey,
    readBy: [],
  };
  store.setQuery(api.chat.messages, { chatId }, [pending, ...messages]);
}

/** The newest message of somebody else stands for all before it. */
function useMarkRead(chatId: Id<"chats">, newestFirst: Message[] | undefined, userId: string): void {
  const markRead = useMutation(api.chat.markRead);
  const isVisible = useIsVisible();
  const newest = newestFirst?.find(({ authorId }) => authorId !== userId);
  const unreadId = isVisible && newest !== undefined && !newest.readBy.includes(userId) ? newest._id : null;
  useEffect(() => {
    if (unreadId === null) return;
    markRead({ chatId }).catch((error: unknown) => console.warn("The messages were not marked as read.", error));
  }, [chatId, unreadId, markRead]);
}
