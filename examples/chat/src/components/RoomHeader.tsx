/** The bar above a conversation: the room's name and size, and whether the page is live. */
import type { Doc } from "../../convex/_generated/dataModel";
import { formatCount } from "../lib/format";
import { ConnectionBadge } from "./ConnectionBadge";
import { MenuIcon } from "./Icons";

interface RoomHeaderProps {
  room: Doc<"rooms"> | null | undefined;
  onOpenDrawer: () => void;
  menuButtonRef: React.RefObject<HTMLButtonElement | null>;
}

export function RoomHeader({ room, onOpenDrawer, menuButtonRef }: RoomHeaderProps) {
  return (
    <header className="room-header">
      <button
        ref={menuButtonRef}
        className="icon-button menu-button"
        onClick={onOpenDrawer}
        aria-label="Open the room list"
        aria-controls="sidebar"
        data-testid="open-rooms"
      >
        <MenuIcon />
      </button>
      <div className="room-heading">
        {room === undefined && <span className="skeleton room-title-skeleton" />}
        {room === null && <h1 className="room-title">Brook</h1>}
        {room && (
          <>
            <h1 className="room-title" data-testid="room-title">
              <span className="room-hash" aria-hidden="true">
                #
              </span>
              {room.name}
            </h1>
            <p className="room-size" data-testid="message-count" data-count={room.messageCount}>
              {formatCount(room.messageCount, "message")}
            </p>
          </>
        )}
      </div>
      <ConnectionBadge />
    </header>
  );
}
