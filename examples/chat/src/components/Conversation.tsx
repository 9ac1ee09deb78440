/** One open room: its messages above, the composer below, and sending between the two. */
import { usePaginatedQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc } from "../../convex/_generated/dataModel";
import { useDraft } from "../hooks/useDraft";
import { useSendMessage } from "../hooks/useSendMessage";
import { describeFailure } from "../lib/failure";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { OfflineNotice } from "./OfflineNotice";
import { useToasts } from "./Toasts";

const PAGE_SIZE = 30;

interface ConversationProps {
  room: Doc<"rooms">;
  author: string;
}

export function Conversation({ room, author }: ConversationProps) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.messages.list,
    { roomId: room._id },
    { initialNumItems: PAGE_SIZE },
  );
  const send = useSendMessage(room._id);
  const draft = useDraft(room._id);
  const report = useToasts();
  // Counts what was sent from here: each increase takes the reader to the end of the list.
  const [sentCount, setSentCount] = useState(0);

  const submit = () => {
    const body = draft.text;
    draft.write("");
    setSentCount((count) => count + 1);
    send(author, body).catch((error: unknown) => {
      draft.restore(body);
      report(describeFailure("The message was not sent", error));
    });
  };

  return (
    <>
      <MessageList
        roomName={room.name}
        messages={results}
        status={status}
        author={author}
        sentCount={sentCount}
        onLoadOlder={() => loadMore(PAGE_SIZE)}
      />
      <OfflineNotice />
      <Composer roomName={room.name} text={draft.text} onChange={draft.write} onSubmit={submit} />
    </>
  );
}
