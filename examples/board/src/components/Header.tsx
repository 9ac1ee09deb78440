/** The bar at the top: which board, whether it is live, who is here. */
import { ENTRANCE_ADDRESS } from "../hooks/useRoute";
import { BoardName } from "./BoardName";
import type { Board } from "./BoardName";
import { Mark } from "./Icons";
import { Invite } from "./Invite";
import { People } from "./People";
import { Status } from "./Status";

export function Header({ board, ownSeat, pending }: { board: Board; ownSeat: number | null; pending: number }) {
  return (
    <header className="header">
      <a className="brand" href={ENTRANCE_ADDRESS} aria-label="Shoal: all boards">
        <Mark />
      </a>
      <BoardName board={board} />
      <Status pending={pending} />
      <span className="header-end">
        <People boardId={board._id} ownSeat={ownSeat} />
        <Invite />
      </span>
    </header>
  );
}
