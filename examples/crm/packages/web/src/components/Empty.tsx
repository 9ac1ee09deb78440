/** What stands in place of what is not there: nothing yet, or not loaded yet. */
import type { ReactNode } from "react";

export function Empty({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div className="skeleton-lines" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="skeleton" style={{ width: `${92 - ((index * 23) % 48)}%` }} />
      ))}
    </div>
  );
}
