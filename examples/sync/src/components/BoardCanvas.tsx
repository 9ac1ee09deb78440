/** The board itself. A note glides to where it was moved, and shines once when something about it changed. */
import type { Board, Note } from "../../convex/model/payload";
import { VoteIcon } from "./Icons";

export function BoardCanvas({ board: { notes, links } }: { board: Board }) {
  const notesById = new Map(notes.map((note) => [note.id, note]));
  return (
    <div className="canvas-frame" tabIndex={0} aria-label="The board">
      <div className="canvas" data-testid="canvas" data-notes={notes.length}>
        <svg className="links" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          {links.map((link) => (
            <Link key={`${link.from} ${link.to}`} from={notesById.get(link.from)} to={notesById.get(link.to)} />
          ))}
        </svg>
        <ul className="notes">
          {notes.map((note) => (
            <StickyNote key={note.id} note={note} />
          ))}
        </ul>
      </div>
    </div>
  );
}

function Link({ from, to }: { from: Note | undefined; to: Note | undefined }) {
  if (from === undefined || to === undefined) return null;
  return <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />;
}

function StickyNote({ note: { id, text, colour, x, y, votes } }: { note: Note }) {
  return (
    <li className="note" data-testid="note" data-id={id} data-colour={colour} data-votes={votes} style={{ insetInlineStart: `${x / 10}%`, insetBlockStart: `${y / 10}%` }}>
      <span className="note-shine" key={`${text} ${votes} ${x} ${y}`} />
      <span className="note-text">{text}</span>
      {votes > 0 && (
        <span className="note-votes">
          <VoteIcon />
          {votes}
        </span>
      )}
    </li>
  );
}
