/** The messages of a chat, oldest at the top. Who is at the end stays there, whatever arrives. */
import { useEffect, useLayoutEffect, useRef } from "react";
import { isPending } from "../hooks/useChat";
import type { Me, Message } from "../hooks/useChat";
import { formatClock, formatFullTime } from "../lib/format";
import { Avatar } from "./Avatar";

/** How near to the end still counts as being there, in pixels. */
const END_TOLERANCE_PX = 64;

interface MessageListProps {
  /** Undefined while they are loading. */
  messages: Message[] | undefined;
  me: Me;
  partner: string;
  sentCount: number;
}

export function MessageList({ messages, me, partner, sentCount }: MessageListProps) {
  const { scroller, onScroll } = useStickyEnd(messages, sentCount);
  const last = messages?.findLast(({ authorId }) => authorId === me.userId);
  return (
    <div
      ref={scroller}
      className="timeline"
      onScroll={onScroll}
      tabIndex={0}
      role="log"
      aria-label={`Messages with ${partner}`}
      aria-busy={messages === undefined}
      data-testid="message-list"
      data-loading={messages === undefined}
    >
      <div className="timeline-content">
        {messages === undefined && <span className="skeleton" style={{ width: "55%", height: 36 }} role="status" aria-label="Loading messages" />}
        {messages?.length === 0 && <p className="hint">Nothing was written yet. Only {me.role === "student" ? "you" : partner} and the tutors see what is written here.</p>}
        <ol className="messages">
          {messages?.map((message, index) => (
            <MessageRow
              key={message.clientKey}
              message={message}
              isOwn={message.authorId === me.userId}
              startsGroup={messages[index - 1]?.authorId !== message.authorId}
              isLastOwn={message === last}
            />
          ))}
        </ol>
      </div>
    </div>
  );
}

interface MessageRowProps {
  message: Message;
  isOwn: boolean;
  startsGroup: boolean;
  /** Says whether it was read; for the others it follows. */
  isLastOwn: boolean;
}

function MessageRow({ message, isOwn, startsGroup, isLastOwn }: MessageRowProps) {
  const { authorName, body, _creationTime: sentAt } = message;
  const status = isPending(message) ? "sending" : message.readBy.length > 0 ? "read" : "sent";
  return (
    <li className="message" data-testid="message" data-status={status} data-own={isOwn} data-starts-group={startsGroup}>
      {!isOwn && startsGroup && <Avatar name={authorName} />}
      <div className="message-column">
        {startsGroup && (
          <span className={isOwn ? "visually-hidden" : "message-author"}>
            {authorName}{" "}
            <time dateTime={new Date(sentAt).toISOString()} title={formatFullTime(sentAt)}>
              {formatClock(sentAt)}
            </time>
          </span>
        )}
        <p className="bubble" data-testid="message-body" dir="auto">
          {body}
        </p>
        {isLastOwn && <span className="message-meta">{{ sending: "Sending…", sent: "Sent", read: "Read" }[status]}</span>}
      </div>
    </li>
  );
}

function useStickyEnd(messages: Message[] | undefined, sentCount: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const goToEnd = () => {
    const element = scroller.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    isAtEnd.current = true;
  }, [sentCount]);
  useLayoutEffect(goToEnd, [messages, sentCount]);
  // The composer grows, a phone's keyboard opens, the window changes.
  useEffect(() => {
    const observer = new ResizeObserver(goToEnd);
    if (scroller.current !== null) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const element = scroller.current;
    if (element !== null) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= END_TOLERANCE_PX;
  };
  return { scroller, onScroll };
}
