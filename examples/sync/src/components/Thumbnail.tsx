/** A board from afar: its notes as coloured squares. */
import type { Board } from "../../convex/model/payload";

const NOTE = { width: 118, height: 100 };
/** The height of the picture for a width of 1000. */
const HEIGHT = 640;

export function Thumbnail({ board }: { board: Board | null }) {
  return (
    <svg className="thumbnail" viewBox={`0 0 1000 ${HEIGHT}`} aria-hidden="true" focusable="false" data-empty={board === null}>
      {board?.notes.map(({ id, colour, x, y }) => (
        <rect key={id} className="mini-note" data-colour={colour} x={x - NOTE.width / 2} y={(y * HEIGHT) / 1000 - NOTE.height / 2} {...NOTE} rx="6" />
      ))}
    </svg>
  );
}
