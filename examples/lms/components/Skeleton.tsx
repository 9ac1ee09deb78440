/** What is not there yet. */

export function SkeletonRows({ count, label }: { count: number; label: string }) {
  return (
    <div className="skeleton-rows" role="status" aria-label={label} data-testid="loading">
      {Array.from({ length: count }, (_, index) => (
        <span key={index} className="skeleton" style={{ width: `${88 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
