/** The rooms as links, so that they can be tabbed through, opened in a new tab and shared. */
import type { Doc } from "../../convex/_generated/dataModel";
import { roomHref } from "../hooks/useOpenRoom";
import { formatBrief, formatCount } from "../lib/format";

interface RoomListProps {
  rooms: Doc<"rooms">[] | undefined;
  openSlug: string | null;
  unread: Record<string, number>;
  /** Also called when the open room is chosen again, which changes no address. */
  onSelect: () => void;
}

export function RoomList({ rooms, openSlug, unread, onSelect }: RoomListProps) {
  if (rooms === undefined) return <RoomListSkeleton />;
  if (rooms.length === 0) return <p className="rooms-empty">No rooms yet. Name the first one below.</p>;
  return (
    <ul className="room-list">
      {rooms.map((room) => (
        <li key={room._id}>
          <RoomLink room={room} isOpen={room.slug === openSlug} unread={unread[room._id] ?? 0} onSelect={onSelect} />
        </li>
      ))}
    </ul>
  );
}

interface RoomLinkProps {
  room: Doc<"rooms">;
  isOpen: boolean;
  unread: number;
  onSelect: () => void;
}

function RoomLink({ room, isOpen, unread, onSelect }: RoomLinkProps) {
  return (
    <a
      className="room-item"
      href={roomHref(room.slug)}
      aria-current={isOpen ? "page" : undefined}
      data-testid="room-item"
      data-slug={room.slug}
      data-unread={unread}
      onClick={onSelect}
    >
      <span className="room-hash" aria-hidden="true">
        #
      </span>
      <span className="room-name">{room.name}</span>
      {unread > 0 ? (
        <span className="badge" aria-label={formatCount(unread, "unread message")}>
          {unread > 99 ? "99+" : unread}
        </span>
      ) : (
        room.lastMessageAt !== null && (
          <time className="room-time" dateTime={new Date(room.lastMessageAt).toISOString()}>
            {formatBrief(room.lastMessageAt, Date.now())}
          </time>
        )
      )}
    </a>
  );
}

const SKELETON_WIDTHS = ["58%", "42%", "66%"];

function RoomListSkeleton() {
  return (
    <div className="room-list" role="status" aria-label="Loading rooms">
      {SKELETON_WIDTHS.map((width) => (
        <div key={width} className="room-item">
          <span className="skeleton" style={{ width }} />
        </div>
      ))}
    </div>
  );
}
