/** The left side: the rooms, a field to open a new one, and the reader's own name. */
import { useEffect, useRef } from "react";
import type { Doc } from "../../convex/_generated/dataModel";
import type { Drawer } from "../hooks/useDrawer";
import { AuthorField } from "./AuthorField";
import { BrookMark, CloseIcon } from "./Icons";
import { NewRoomForm } from "./NewRoomForm";
import { RoomList } from "./RoomList";

interface SidebarProps {
  rooms: Doc<"rooms">[] | undefined;
  openSlug: string | null;
  unread: Record<string, number>;
  author: string;
  onAuthorChange: (author: string) => void;
  drawer: Drawer;
}

export function Sidebar({ rooms, openSlug, unread, author, onAuthorChange, drawer }: SidebarProps) {
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (drawer.isOpen) closeButton.current?.focus();
  }, [drawer.isOpen]);

  return (
    <aside
      id="sidebar"
      className="sidebar"
      data-open={drawer.isOpen}
      inert={drawer.isDrawer && !drawer.isOpen}
      aria-label="Rooms and profile"
    >
      <div className="brand">
        <BrookMark />
        <span className="brand-name">Brook</span>
        {drawer.isDrawer && (
          <button ref={closeButton} className="icon-button" onClick={drawer.close} aria-label="Close the room list">
            <CloseIcon />
          </button>
        )}
      </div>
      <nav className="rooms" aria-label="Rooms" data-testid="room-list">
        <h2 className="section-title">Rooms</h2>
        <RoomList rooms={rooms} openSlug={openSlug} unread={unread} onSelect={drawer.close} />
      </nav>
      <NewRoomForm onOpened={drawer.close} />
      <AuthorField author={author} onChange={onAuthorChange} />
    </aside>
  );
}
