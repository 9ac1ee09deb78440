/** Notes and cursors, for the entrance: what the app is, before anybody has read a word. */

const NOTES = [
  { x: 18, y: 54, turn: -5, paper: "--note-yellow", lines: [76, 60, 68] },
  { x: 138, y: 22, turn: 3, paper: "--note-sky", lines: [70, 78, 44] },
  { x: 258, y: 62, turn: -2, paper: "--note-coral", lines: [64, 74, 56] },
] as const;

const CURSORS = [
  { x: 112, y: 142, colour: "oklch(52% 0.16 20)", width: 48 },
  { x: 200, y: 128, colour: "oklch(52% 0.16 157)", width: 60 },
  { x: 352, y: 156, colour: "oklch(52% 0.16 295)", width: 42 },
] as const;

export function Illustration() {
  return (
    <svg className="illustration" viewBox="0 0 410 200" aria-hidden="true" focusable="false">
      {NOTES.map(({ x, y, turn, paper, lines }) => (
        <g key={paper} transform={`translate(${x} ${y}) rotate(${turn} 54 54)`}>
          <rect className="illustration-shadow" x="5" y="9" width="98" height="102" rx="4" />
          <rect width="108" height="108" rx="4" style={{ fill: `var(${paper})` }} />
          {lines.map((width, index) => (
            <rect key={width} className="illustration-line" x="15" y={20 + 19 * index} width={width} height="7" rx="3.5" />
          ))}
        </g>
      ))}
      {CURSORS.map(({ x, y, colour, width }) => (
        <g key={x} transform={`translate(${x} ${y})`} style={{ fill: colour }}>
          <path d="M0 0 6.2 16l2.400-7.4L16 6.200Z" stroke="#fff" strokeWidth="1.5" strokeLinejoin="round" />
          <rect x="12" y="15" width={width} height="17" rx="8.5" />
          <rect x="20" y="21" width={width - 16} height="5" rx="2.5" fill="#fff" opacity="0.85" />
        </g>
      ))}
    </svg>
  );
}
