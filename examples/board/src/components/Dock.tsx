/** The tools: for the note that is chosen, or for the next one. */
import type { Tools } from "../hooks/useTools";
import type { View } from "../hooks/useView";
import { COLOURS } from "../lib/colours";
import { AddIcon, DeleteIcon, EditIcon, LessIcon, UndoIcon } from "./Icons";

interface DockProps {
  readonly tools: Tools;
  readonly view: View;
  readonly canUndo: boolean;
  readonly onUndo: () => void;
}

export function Dock({ tools: { chosen, colour, add, edit, recolour, remove }, view, canUndo, onUndo }: DockProps) {
  return (
    <div className="dock">
      <div className="card dock-bar" role="toolbar" aria-label="Notes">
        <button className="button" onClick={() => add(view.middle())} data-testid="add-note">
          <AddIcon />
          Note
        </button>
        <span className="swatches" role="group" aria-label={chosen !== undefined ? "Colour of the chosen note" : "Colour of the next note"}>
          {COLOURS.map((choice) => (
            <button key={choice.colour} className="swatch" data-colour={choice.colour} aria-label={choice.name} aria-pressed={choice.colour === colour} onClick={() => recolour(choice.colour)} data-testid="swatch" />
          ))}
        </span>
        <span className="dock-group">
          <button className="icon-button" onClick={() => chosen !== undefined && edit(chosen.key)} disabled={chosen === undefined} aria-label="Write in the chosen note" data-testid="edit-note">
            <EditIcon />
          </button>
          <button className="icon-button" onClick={() => chosen !== undefined && remove(chosen)} disabled={chosen === undefined} aria-label="Delete the chosen note" data-testid="delete-note">
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
