/** What stands in place of a conversation: loading, an unknown address, or a deployment without rooms. */
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { describeFailure } from "../lib/failure";
import { BrookMark } from "./Icons";
import { MessageListSkeleton } from "./MessageListSkeleton";
import { useToasts } from "./Toasts";

interface NoRoomProps {
  loading: boolean;
  slug: string | null;
  hasRooms: boolean;
}

export function NoRoom({ loading, slug, hasRooms }: NoRoomProps) {
  if (loading) {
    return (
      <div className="timeline">
        <div className="timeline-scroller">
          <div className="timeline-content">
            <MessageListSkeleton />
          </div>
        </div>
      </div>
    );
  }
  if (hasRooms) {
    return (
      <div className="no-room" data-testid="unknown-room">
        <BrookMark />
        <h2>No room called “{slug}”</h2>
        <p>It may have been spelled differently. Choose a room from the list, or create this one there.</p>
      </div>
    );
  }
  return <EmptyDeployment />;
}

function EmptyDeployment() {
  const seed = useMutation(api.rooms.seed);
  const report = useToasts();
  const [isBusy, setBusy] = useState(false);

  const createStarterRooms = () => {
    setBusy(true);
    seed()
      .catch((error: unknown) => report(describeFailure("The rooms were not created", error)))
      .finally(() => setBusy(false));
  };

  return (
    <div className="no-room" data-testid="no-rooms">
      <BrookMark />
      <h2>A quiet brook</h2>
      <p>There are no rooms here yet. Start with three of ours, or name your own in the room list.</p>
      <button className="button" onClick={createStarterRooms} disabled={isBusy} data-testid="seed-button">
        {isBusy ? "Creating…" : "Create starter rooms"}
      </button>
    </div>
  );
}
