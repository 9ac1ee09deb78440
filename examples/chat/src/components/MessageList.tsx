/** The messages of a room, oldest at the top, with older ones to be loaded above. */
import type { PaginationStatus } from "convex/react";
import { useEffect, useMemo } from "react";
import { useRemoveMessage } from "../hooks/useRemoveMessage";
import { useStickyScroll } from "../hooks/useStickyScroll";
import { describeFailure } from "../lib/failure";
import { formatDay } from "../lib/format";
import { timelineRows } from "../lib/timeline";
import type { Message, TimelineRow } from "../lib/timeline";
import { DownIcon } from "./Icons";
import { MessageListSkeleton } from "./MessageListSkeleton";
import { MessageRow } from "./MessageRow";
import { useToasts } from "./Toasts";

interface MessageListProps {
  roomName: string;
  /** Newest first. */
  messages: Message[];
  status: PaginationStatus;
  author: string;
  sentCount: number;
  onLoadOlder: () => void;
}

export function MessageList({ roomName, messages, status, author, sentCount, onLoadOlder }: MessageListProps) {
  const rows = useMemo(() => timelineRows(messages), [messages]);
  const scroll = useStickyScroll(messages.at(-1)?.clientKey, messages[0]?.clientKey);
  const removeMessage = useRemoveMessage();
  const report = useToasts();
  const { jumpToEnd } = scroll;
  useEffect(() => {
    if (sentCount > 0) jumpToEnd();
  }, [sentCount, jumpToEnd]);

  const remove = (message: Message) => {
    removeMessage({ messageId: message._id }).catch((error: unknown) => {
      report(describeFailure("The message was not removed", error));
    });
  };

  return (
    <div className="timeline">
      <div
        ref={scroll.scrollerRef}
        className="timeline-scroller"
        onScroll={scroll.onScroll}
        tabIndex={0}
        role="log"
        aria-label={`Messages in ${roomName}`}
        aria-busy={status === "LoadingFirstPage"}
        data-testid="message-list"
        data-loading={status === "LoadingFirstPage"}
      >
        <div ref={scroll.contentRef} className="timeline-content">
          {status === "LoadingFirstPage" ? (
            <MessageListSkeleton />
          ) : (
            <>
              <TimelineStart roomName={roomName} status={status} isEmpty={rows.length === 0} onLoadOlder={onLoadOlder} />
              <ol className="messages">
                {rows.map((row) => (
                  <TimelineItem key={row.key} row={row} author={author} onRemove={remove} />
                ))}
              </ol>
            </>
          )}
        </div>
      </div>
      {!scroll.isAtEnd && (
        <button
          className="jump"
          data-new={scroll.hasNewBelow}
          onClick={jumpToEnd}
          aria-label={scroll.hasNewBelow ? undefined : "Jump to the latest message"}
          data-testid="jump-to-latest"
        >
          {scroll.hasNewBelow && "New messages"}
          <DownIcon />
        </button>
      )}
    </div>
  );
}

interface TimelineItemProps {
  row: TimelineRow;
  author: string;
  onRemove: (message: Message) => void;
}

function TimelineItem({ row, author, onRemove }: TimelineItemProps) {
  if (row.kind === "message") return <MessageRow row={row} isOwn={row.message.author === author} onRemove={onRemove} />;
  return (
    <li className="day" data-testid="day-separator">
      <time dateTime={new Date(row.at).toISOString()}>{formatDay(row.at, Date.now())}</time>
    </li>
  );
}

interface TimelineStartProps {
  roomName: string;
  status: PaginationStatus;
  isEmpty: boolean;
  onLoadOlder: () => void;
}

function TimelineStart({ roomName, status, isEmpty, onLoadOlder }: TimelineStartProps) {
  if (status === "Exhausted") {
    return (
      <div className="timeline-start" data-testid={isEmpty ? "empty-room" : "room-beginning"}>
        <span className="timeline-start-mark" aria-hidden="true">
          #
        </span>
        <h2>{roomName}</h2>
        <p>{isEmpty ? "Nobody has written here yet. Say hello." : "This is where the conversation began."}</p>
      </div>
    );
  }
  const isLoading = status === "LoadingMore";
  return (
    <button className="load-older" onClick={onLoadOlder} disabled={isLoading} data-testid="load-older">
      {isLoading ? "Loading…" : "Load older messages"}
    </button>
  );
}
