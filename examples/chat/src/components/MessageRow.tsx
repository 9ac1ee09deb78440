/** One message: who, what, when, and whether the server has it yet. */
import { formatClock, formatFullTime } from "../lib/format";
import type { Message, TimelineRow } from "../lib/timeline";
import { Avatar } from "./Avatar";
import { TrashIcon } from "./Icons";

interface MessageRowProps {
  row: Extract<TimelineRow, { kind: "message" }>;
  isOwn: boolean;
  onRemove: (message: Message) => void;
}

export function MessageRow({ row, isOwn, onRemove }: MessageRowProps) {
  const { message, status, startsGroup, endsGroup } = row;
  const sentAt = message._creationTime;
  return (
    <li
      className="message"
      data-testid="message"
      data-client-key={message.clientKey}
      data-status={status}
      data-own={isOwn}
      data-starts-group={startsGroup}
      data-ends-group={endsGroup}
    >
      {!isOwn && startsGroup && <Avatar name={message.author} />}
      <div className="message-column">
        {startsGroup && <span className={isOwn ? "visually-hidden" : "message-author"}>{message.author}</span>}
        <div className="bubble-line">
          <p className="bubble" data-testid="message-body" dir="auto">
            {message.body}
          </p>
          {isOwn && status === "sent" && (
            <button
              className="remove"
              onClick={() => onRemove(message)}
              aria-label="Remove this message"
              title="Remove this message"
              data-testid="message-remove"
            >
              <TrashIcon />
            </button>
          )}
        </div>
        {endsGroup && status === "sending" && <span className="message-meta">Sending…</span>}
        {endsGroup && status === "sent" && (
          <time className="message-meta" dateTime={new Date(sentAt).toISOString()} title={formatFullTime(sentAt)}>
            {formatClock(sentAt)}
          </time>
        )}
      </div>
    </li>
  );
}
