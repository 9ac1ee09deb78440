/** The board itself: its notes, and the cursors of others above them. */
import { useMemo } from "react";
import type { MouseEvent, PointerEvent } from "react";
import type { Id } from "../../convex/_generated/dataModel";
import { BOARD_HEIGHT, BOARD_WIDTH } from "../../convex/model/limits";
import { usePan } from "../hooks/usePan";
import type { Tools } from "../hooks/useTools";
import type { OwnVisit } from "../hooks/useVisit";
import type { View } from "../hooks/useView";
import type { NoteActions } from "../lib/noteActions";
import type { Note } from "../lib/types";
import { Cursors } from "./Cursors";
import { StickyNote } from "./StickyNote";

interface SurfaceProps {
  readonly boardId: Id<"boards">;
  readonly notes: readonly Note[] | undefined;
  readonly actions: NoteActions;
  readonly view: View;
  readonly visit: OwnVisit;
  readonly tools: Tools;
}

export function Surface({ boardId, notes, actions, view, visit, tools }: SurfaceProps) {
  const { chosen, editedKey, choose, edit, add, move, remove } = tools;
  const { frame, canvas, scale, positionAt } = view;
  const { onPointerDown: beginPan, onPointerMove: pan, ...endPan } = usePan(frame);
  const layers = useMemo(() => layersOf(notes ?? []), [notes]);
  const handlePointer = (event: PointerEvent<HTMLElement>) => {
    pan(event);
    visit.moveTo(positionAt(event.clientX, event.clientY));
  };
  const handleDown = (event: PointerEvent<HTMLElement>) => {
    if (event.target === canvas.current) choose(null);
    beginPan(event);
    visit.moveTo(positionAt(event.clientX, event.clientY));
  };
  const handleDoubleClick = (event: MouseEvent) => {
    if (event.target === canvas.current) add(positionAt(event.clientX, event.clientY));
  };
  return (
    <div ref={frame} className="frame" role="region" aria-label="The board" tabIndex={0} data-testid="frame">
      <p id="note-keys" hidden>
        Arrow keys move it, with Shift further. Enter writes, Delete deletes, Control Z undoes.
      </p>
      <div className="canvas-space" style={{ width: BOARD_WIDTH * scale, height: BOARD_HEIGHT * scale }}>
        <div
          ref={canvas}
          className="canvas"
          style={{ width: BOARD_WIDTH, height: BOARD_HEIGHT, transform: `scale(${scale})` }}
          onPointerDown={handleDown}
          onPointerMove={handlePointer}
          {...endPan}
          onDoubleClick={handleDoubleClick}
          data-testid="canvas"
          data-notes={notes?.length}
        >
          {notes !== undefined && (
            <ul className="notes" aria-label="Notes">
              {notes.map((note) => (
                <StickyNote
                  key={note.key}
                  note={note}
                  layer={layers.get(note.key)!}
                  scale={scale}
                  isChosen={note.key === chosen?.key}
                  isEdited={note.key === editedKey}
                  actions={actions}
                  onChoose={choose}
                  onEdit={edit}
                  onMove={move}
                  onRemove={remove}
                />
              ))}
            </ul>
          )}
          <Cursors boardId={boardId} ownSeat={visit.seat} scale={scale} />
        </div>
      </div>
    </div>
  );
}

/** By the time at which each was put where it is. */
function layersOf(notes: readonly Note[]): ReadonlyMap<string, number> {
  const fromBelow = notes.toSorted((a, b) => a.placedAt - b.placedAt);
  return new Map(fromBelow.map(({ key }, index) => [key, index + 1]));
}
