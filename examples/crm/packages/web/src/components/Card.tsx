/** A part of a page with a title. */
import type { ReactNode } from "react";

export function Card({ title, icon, aside, children }: { title: string; icon: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <h2 className="card-head">
        {icon}
        {title}
        <span className="card-aside">{aside}</span>
      </h2>
      {children}
    </section>
  );
}
