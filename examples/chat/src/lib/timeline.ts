/** Turns messages into the rows on screen: day separators, and messages of one author drawn together. */
import type { Doc, Id } from "../../convex/_generated/dataModel";

export type Message = Doc<"messages">;

export type TimelineRow =
  | { kind: "day"; key: string; at: number }
  | {
      kind: "message";
      key: string;
      message: Message;
      status: "sent" | "sending";
      /** First of a group: shows who wrote it. */
      startsGroup: boolean;
      /** Last of a group: shows when. */
      endsGroup: boolean;
    };

const GROUP_GAP_MS_MAX = 5 * 60_000;
const PENDING_PREFIX = "pending:";

/** The id of a message that the server has not confirmed yet. It never leaves the browser. */
export function pendingMessageId(clientKey: string): Id<"messages"> {
  return (PENDING_PREFIX + clientKey) as Id<"messages">;
}

/** @param newestFirst as `messages.list` returns them; the rows are oldest first, as they are read. */
export function timelineRows(newestFirst: readonly Message[]): TimelineRow[] {
  const messages = newestFirst.toReversed();
  const keyOf = rowKeys();
  return messages.flatMap((message, position) => {
    const before = messages[position - 1];
    const after = messages[position + 1];
    const row: TimelineRow = {
      kind: "message",
      key: keyOf(message),
      message,
      status: message._id.startsWith(PENDING_PREFIX) ? "sending" : "sent",
      startsGroup: before === undefined || !belongTogether(before, message),
      endsGroup: after === undefined || !belongTogether(message, after),
    };
    if (before !== undefined && isSameDay(before._creationTime, message._creationTime)) return [row];
    const at = message._creationTime;
    return [{ kind: "day", key: `day:${new Date(at).toDateString()}`, at }, row];
  });
}

/**
 * The client key, so that a confirmed message stays in the element of its optimistic one. Should two messages carry
 * the same key, the later one falls back to its id: both are then on screen.
 */
function rowKeys(): (message: Message) => string {
  const taken = new Set<string>();
  return ({ clientKey, _id }) => {
    const key = taken.has(clientKey) ? _id : clientKey;
    taken.add(key);
    return key;
  };
}

function belongTogether(earlier: Message, later: Message): boolean {
  return (
    earlier.author === later.author &&
    later._creationTime - earlier._creationTime < GROUP_GAP_MS_MAX &&
    isSameDay(earlier._creationTime, later._creationTime)
  );
}

function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
