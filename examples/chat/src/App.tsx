/** Lays out the page: the room list beside the open room, or over it as a drawer on narrow screens. */
import { useQuery } from "convex/react";
import { useEffect } from "react";
import { api } from "../convex/_generated/api";
import { Conversation } from "./components/Conversation";
import { NoRoom } from "./components/NoRoom";
import { RoomHeader } from "./components/RoomHeader";
import { Sidebar } from "./components/Sidebar";
import { useAuthor } from "./hooks/useAuthor";
import { useDrawer } from "./hooks/useDrawer";
import { useOpenRoom } from "./hooks/useOpenRoom";
import { useUnreadCounts } from "./hooks/useUnreadCounts";

export function App() {
  const rooms = useQuery(api.rooms.list);
  const { slug, room } = useOpenRoom(rooms);
  const unread = useUnreadCounts(rooms, room?._id);
  const [author, setAuthor] = useAuthor();
  const drawer = useDrawer(slug);
  usePageTitle(room?.name, Object.values(unread).reduce((sum, count) => sum + count, 0));

  return (
    <div className="app">
      <Sidebar
        rooms={rooms}
        openSlug={slug}
        unread={unread}
        author={author}
        onAuthorChange={setAuthor}
        drawer={drawer}
      />
      {drawer.isOpen && <div className="scrim" onClick={drawer.close} aria-hidden="true" />}
      <main className="pane" inert={drawer.isOpen}>
        <RoomHeader room={room} onOpenDrawer={drawer.open} menuButtonRef={drawer.menuButtonRef} />
        {room ? (
          <Conversation key={room._id} room={room} author={author} />
        ) : (
          <NoRoom loading={rooms === undefined || room === undefined} slug={slug} hasRooms={(rooms?.length ?? 0) > 0} />
        )}
      </main>
    </div>
  );
}

function usePageTitle(roomName: string | undefined, unreadTotal: number): void {
  useEffect(() => {
    const title = roomName === undefined ? "Brook" : `${roomName} · Brook`;
    document.title = unreadTotal > 0 ? `(${unreadTotal}) ${title}` : title;
  }, [roomName, unreadTotal]);
}
