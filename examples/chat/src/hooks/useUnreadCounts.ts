/** How many messages each room has gained since it was last open here, from the rooms' counters alone. */
import { useEffect, useState } from "react";
import type { Doc } from "../../convex/_generated/dataModel";
import { browserStorage, readStored, writeStored } from "../lib/storage";

const STORAGE_KEY = "brook.seen";

/** The message count of each room when it was last looked at, by room id. */
type SeenCounts = Record<string, number>;

export function useUnreadCounts(rooms: Doc<"rooms">[] | undefined, openRoomId: string | undefined): SeenCounts {
  const [seen, setSeen] = useState(loadSeen);
  useEffect(() => {
    if (rooms === undefined) return;
    const updated = look(seen, rooms, openRoomId);
    if (updated === seen) return;
    setSeen(updated);
    writeStored(browserStorage, STORAGE_KEY, JSON.stringify(updated));
  }, [rooms, openRoomId, seen]);
  return unreadCounts(seen, rooms ?? [], openRoomId);
}

/** The open room is seen up to now, and a room met for the first time starts as read. */
function look(seen: SeenCounts, rooms: Doc<"rooms">[], openRoomId: string | undefined): SeenCounts {
  const changed = rooms.filter(
    ({ _id, messageCount }) => seen[_id] === undefined || (_id === openRoomId && seen[_id] !== messageCount),
  );
  if (changed.length === 0) return seen;
  return { ...seen, ...Object.fromEntries(changed.map(({ _id, messageCount }) => [_id, messageCount])) };
}

function unreadCounts(seen: SeenCounts, rooms: Doc<"rooms">[], openRoomId: string | undefined): SeenCounts {
  const unread = ({ _id, messageCount }: Doc<"rooms">) =>
    _id === openRoomId ? 0 : Math.max(0, messageCount - (seen[_id] ?? messageCount));
  return Object.fromEntries(rooms.map((room) => [room._id, unread(room)]));
}

function loadSeen(): SeenCounts {
  const stored: unknown = parseJson(readStored(browserStorage, STORAGE_KEY));
  if (typeof stored !== "object" || stored === null) return {};
  return Object.fromEntries(Object.entries(stored).filter(([, count]) => typeof count === "number"));
}

function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
