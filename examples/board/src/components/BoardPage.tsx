/** A board: its header, the board itself, and the tools. */
import { useQuery } from "convex/react";
import { useCallback, useEffect, useState } from "react";
import type { KeyboardEvent } from "react";
import { api } from "../../convex/_generated/api";
import { NOTE_SIZE } from "../../convex/model/limits";
import { useNotes } from "../hooks/useNotes";
import { useOwnBoards } from "../hooks/useOwnBoards";
import { ENTRANCE_ADDRESS } from "../hooks/useRoute";
import { useView } from "../hooks/useView";
import { useVisit } from "../hooks/useVisit";
import { isSamePlace, placeForNote } from "../lib/geometry";
import type { Colour, Note, Position } from "../lib/types";
import type { Board } from "./BoardName";
import { Dock } from "./Dock";
import { Header } from "./Header";
import { Mark } from "./Icons";
import { OfflineNotice } from "./Status";
import { Surface } from "./Surface";

/** A note is not put exactly on another: it would hide it. */
const CASCADE = 28;

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
  const [chosenKey, choose] = useState<string | null>(null);
  const [editedKey, edit] = useState<string | null>(null);
  const [nextColour, setNextColour] = useState<Colour>("yellow");
  const chosen = notes?.find(({ key }) => key === chosenKey);
  const add = (middle: Position) => {
    const key = actions.create(nextColour, freePlace(notes ?? [], middle));
    choose(key);
    edit(key);
  };
  const remove = useCallback(
    (note: Note) => {
      actions.remove(note);
      choose(null);
      view.frame.current?.focus({ preventScroll: true });
    },
    [actions, view.frame],
  );
  const recolour = (colour: Colour) => {
    setNextColour(colour);
    if (chosen !== undefined) actions.recolour(chosen, colour);
  };
  const handleKey = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) actions.undo();
    else if (event.key === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) add(view.middle());
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  };
  return (
    <div className="app" onKeyDown={handleKey}>
      <Header board={board} ownSeat={visit.seat} pending={pending} />
      <main className="board" data-testid="board" data-seat={visit.seat}>
        <OfflineNotice />
        <Surface boardId={board._id} notes={notes} actions={actions} view={view} visit={visit} chosenKey={chosenKey} editedKey={editedKey} onChoose={choose} onEdit={edit} onAdd={add} onRemove={remove} />
        {notes === undefined && (
          <p className="hint" role="status">
            Loading…
          </p>
        )}
        {notes?.length === 0 && (
          <p className="hint" data-testid="empty">
            An empty board.
            <span className="for-mouse">
              {" "}
              Press <kbd>N</kbd>, or double&#8209;click where the first note should be.
            </span>
            <span className="for-touch"> The first note is below.</span>
          </p>
        )}
        <Dock
          colour={chosen?.colour ?? nextColour}
          hasChosen={chosen !== undefined}
          canUndo={canUndo}
          view={view}
          onAdd={() => add(view.middle())}
          onColour={recolour}
          onEdit={() => edit(chosenKey)}
          onRemove={() => chosen !== undefined && remove(chosen)}
          onUndo={() => actions.undo()}
        />
      </main>
    </div>
  );
}

/** Around a middle. */
function freePlace(notes: readonly Note[], { x, y }: Position): Position {
  let place = placeForNote({ x: x - NOTE_SIZE / 2, y: y - NOTE_SIZE / 2 });
  for (const _ of notes) {
    if (!notes.some(({ position }) => isSamePlace(position, place))) break;
    place = placeForNote({ x: place.x + CASCADE, y: place.y + CASCADE });
  }
  return place;
}
