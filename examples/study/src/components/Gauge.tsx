/** How far something is: right, wrong, and what is left. The words beside it say the same. */
export function Gauge({ correct, answered, total }: { correct: number; answered: number; total: number }) {
  const share = (part: number) => `${total === 0 ? 0 : (100 * part) / total}%`;
  return (
    <span className="gauge" aria-hidden="true">
      <span className="gauge-right" style={{ width: share(correct) }} />
      <span className="gauge-wrong" style={{ width: share(answered - correct) }} />
    </span>
  );
}
