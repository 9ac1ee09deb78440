/** The tools: for the note that is chosen, or for the next one. */
import { COLOURS } from "../lib/colours";
import type { Colour } from "../lib/types";
import { AddIcon, DeleteIcon, EditIcon, LessIcon, UndoIcon } from "./Icons";
import type { View } from "../hooks/useView";

interface DockProps {
  /** Of the chosen note, or of the next one. */
  readonly colour: Colour;
  readonly hasChosen: boolean;
  readonly canUndo: boolean;
  readonly view: View;
  readonly onAdd: () => void;
  readonly onColour: (colour: Colour) => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
  readonly onUndo: () => void;
}

export function Dock({ colour, hasChosen, canUndo, view, onAdd, onColour, onEdit, onRemove, onUndo }: DockProps) {
  return (
    <div className="dock">
      <div className="card dock-bar" role="toolbar" aria-label="Notes">
        <button className="button" onClick={onAdd} data-testid="add-note">
          <AddIcon />
          Note
        </button>
        <span className="swatches" role="group" aria-label={hasChosen ? "Colour of the chosen note" : "Colour of the next note"}>
          {COLOURS.map((choice) => (
            <button key={choice.colour} className="swatch" data-colour={choice.colour} aria-label={choice.name} aria-pressed={choice.colour === colour} onClick={() => onColour(choice.colour)} data-testid="swatch" />
          ))}
        </span>
        <span className="dock-group">
          <button className="icon-button" onClick={onEdit} disabled={!hasChosen} aria-label="Write in the chosen note" data-testid="edit-note">
            <EditIcon />
          </button>
          <button className="icon-button" onClick={onRemove} disabled={!hasChosen} aria-label="Delete the chosen note" data-testid="delete-note">
            <DeleteIcon />
          </button>
          <button className="icon-button" onClick={onUndo} disabled={!canUndo} aria-label="Undo" data-testid="undo">
            <UndoIcon />
          </button>
        </span>
      </div>
      <div className="card zoom" role="group" aria-label="Size">
        <button className="icon-button" onClick={() => view.zoom(-1)} disabled={!view.canShrink} aria-label="Smaller" data-testid="smaller">
          <LessIcon />
        </button>
        <span className="zoom-value">{Math.round(view.scale * 100)} %</span>
        <button className="icon-button" onClick={() => view.zoom(1)} disabled={!view.canGrow} aria-label="Larger" data-testid="larger">
          <AddIcon />
        </button>
      </div>
    </div>
  );
}
