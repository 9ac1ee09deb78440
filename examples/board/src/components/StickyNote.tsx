/** A note: dragged by mouse, or by finger once it is chosen; moved by arrow keys, written with Enter, deleted with Delete. */
import { memo, useRef } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { useDraftPosition } from "../hooks/useDraftPosition";
import { nameOfColour } from "../lib/colours";
import type { NoteActions } from "../lib/noteActions";
import type { Note, Position } from "../lib/types";
import { NoteEditor } from "./NoteEditor";

const STEP = 10;
const LARGE_STEP = 60;
/** What fits a line when it is written large. */
const LARGE_WORD_LENGTH_MAX = 9;
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

interface StickyNoteProps {
  readonly note: Note;
  /** 1 lies lowest. */
  readonly layer: number;
  readonly scale: number;
  readonly isChosen: boolean;
  readonly isEdited: boolean;
  readonly actions: NoteActions;
  readonly onChoose: (key: string) => void;
  readonly onEdit: (key: string | null) => void;
  readonly onMove: (note: Note, position: Position) => void;
  readonly onRemove: (note: Note) => void;
}

export const StickyNote = memo(function StickyNote({ note, layer, scale, isChosen, isEdited, actions, onChoose, onEdit, onMove, onRemove }: StickyNoteProps) {
  const { key, text, colour } = note;
  const element = useRef<HTMLDivElement>(null);
  const canDrag = ({ pointerType }: PointerEvent) => !isEdited && (pointerType !== "touch" || isChosen);
  const { position, isMoving, nudge, putDown, pointer } = useDraftPosition(note.position, scale, canDrag, (position) => onMove(note, position));
  const label = `${nameOfColour(colour)} note: ${text.trim() === "" ? "empty" : text}`;
  const handleKey = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (direction !== undefined) {
      const step = event.shiftKey ? LARGE_STEP : STEP;
      nudge(direction[0] * step, direction[1] * step);
    } else if (event.key === "Enter" || event.key === "F2") onEdit(key);
    else if (event.key === "Delete" || event.key === "Backspace") onRemove(note);
    else return;
    event.preventDefault();
  };
  const handleDone = () => {
    onEdit(null);
    element.current?.focus({ preventScroll: true });
  };
  return (
    <li
      className="note"
      data-testid="note"
      data-key={key}
      data-colour={colour}
      data-chosen={isChosen}
      data-moving={isMoving}
      data-size={sizeOf(text)}
      data-x={position.x}
      data-y={position.y}
      style={{ transform: `translate(${position.x}px, ${position.y}px)`, zIndex: isMoving || isEdited ? 1_000 : layer }}
    >
      <div
        ref={element}
        className="note-paper"
        role="group"
        aria-roledescription="Sticky note"
        aria-label={label}
        aria-describedby="note-keys"
        tabIndex={0}
        onFocus={() => onChoose(key)}
        onBlur={putDown}
        onKeyDown={handleKey}
        onDoubleClick={(event) => {
          event.stopPropagation();
          onEdit(key);
        }}
        {...pointer}
      >
        {isEdited ? <NoteEditor noteKey={key} text={text} label={`Text of the note: ${text}`} actions={actions} onDone={handleDone} /> : <p className="note-text">{text}</p>}
      </div>
    </li>
  );
});

/** All of it is to be seen, so the more it is the smaller it is written. */
function sizeOf(text: string): string {
  const isLong = text.split(/\s/).some((word) => word.length > LARGE_WORD_LENGTH_MAX);
  return text.length <= 16 && !isLong ? "large" : text.length <= 60 ? "medium" : text.length <= 120 ? "small" : "tiny";
}
