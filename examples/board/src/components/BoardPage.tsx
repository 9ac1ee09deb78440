/** A board: its header, the board itself, and the tools. */
import { useQuery } from "convex/react";
import { useEffect } from "react";
import { api } from "../../convex/_generated/api";
import { useNotes } from "../hooks/useNotes";
import { useOwnBoards } from "../hooks/useOwnBoards";
import { ENTRANCE_ADDRESS } from "../hooks/useRoute";
import { useTools } from "../hooks/useTools";
import { useView } from "../hooks/useView";
import { useVisit } from "../hooks/useVisit";
import type { Note } from "../lib/types";
import type { Board } from "./BoardName";
import { Dock } from "./Dock";
import { Header } from "./Header";
import { Mark } from "./Icons";
import { OfflineNotice } from "./Status";
import { Surface } from "./Surface";

export function BoardPage({ boardId, name }: { boardId: string; name: string }) {
  const board = useQuery(api.boards.get, { boardId });
  const [, remember] = useOwnBoards();
  useEffect(() => {
    if (board) remember(board);
  }, [board, remember]);
  if (board === undefined) return <main className="loading" role="status" aria-label="Loading" />;
  if (board === null) return <NoBoard />;
  return <OpenBoard board={board} name={name} />;
}

function NoBoard() {
  return (
    <main className="full-page" data-testid="no-board">
      <Mark />
      <h1>There is no such board</h1>
      <p>The link may have lost a letter, or the board was deleted. Ask whoever sent it, or make a board of your own.</p>
      <a className="button" href={ENTRANCE_ADDRESS}>
        All boards
      </a>
    </main>
  );
}

function OpenBoard({ board, name }: { board: Board; name: string }) {
  const { notes, actions, pending, canUndo } = useNotes(board._id);
  const visit = useVisit(board._id, name);
  const view = useView();
  const tools = useTools(notes, actions, view);
  return (
    <div className="app">
      <Header board={board} ownSeat={visit.seat} pending={pending} />
      <main className="board" data-testid="board" data-seat={visit.seat}>
        <OfflineNotice />
        <Surface boardId={board._id} notes={notes} actions={actions} view={view} visit={visit} tools={tools} />
        <p className="visually-hidden" role="status" data-testid="said">
          {tools.said}
        </p>
        <Hint notes={notes} />
        <Dock tools={tools} canUndo={canUndo} view={view} onUndo={() => actions.undo()} />
      </main>
    </div>
  );
}

/** While there are no notes to look at. */
function Hint({ notes }: { notes: readonly Note[] | undefined }) {
  if (notes === undefined) {
    return (
      <p className="hint" role="status">
        Loading…
      </p>
    );
  }
  if (notes.length > 0) return null;
  return (
    <p className="hint" data-testid="empty">
      An empty board.
      <span className="for-mouse">
        {" "}
        Press <kbd>N</kbd>, or double&#8209;click where the first note should be.
      </span>
      <span className="for-touch"> The first note is below.</span>
    </p>
  );
}
