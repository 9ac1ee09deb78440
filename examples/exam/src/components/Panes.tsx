/**
 * Three panes side by side. On narrow screens they take turns, with a tab bar at the bottom: only the pane on show is
 * there then, so that nothing is taken for read that nobody sees.
 */
import type { ReactNode } from "react";
import { useMediaQuery } from "../hooks/useMediaQuery";

/** Must be the width at which the stylesheet puts one pane on the screen. */
const NARROW_SCREEN = "(max-width: 900px)";

export interface Pane<Name extends string> {
  name: Name;
  label: string;
  icon: ReactNode;
  /** How much there is to look at, 0 for nothing. */
  badge?: number;
  content: ReactNode;
}

interface PanesProps<Name extends string> {
  panes: [Pane<Name>, Pane<Name>, Pane<Name>];
  shown: Name;
  onShow: (name: Name) => void;
}

export function Panes<Name extends string>({ panes, shown, onShow }: PanesProps<Name>) {
  const isNarrow = useMediaQuery(NARROW_SCREEN);
  return (
    <>
      <main className="panes">
        {panes.map(
          ({ name, label, content }) =>
            (!isNarrow || name === shown) && (
              <section key={name} className="pane" data-pane={name} aria-label={label}>
                {content}
              </section>
            ),
        )}
      </main>
      {isNarrow && (
        <nav className="tab-bar" aria-label="Parts of the page">
          {panes.map(({ name, label, icon, badge = 0 }) => (
            <button key={name} className="tab" aria-current={name === shown ? "page" : undefined} onClick={() => onShow(name)} data-testid={`tab-${name}`}>
              <span className="tab-icon">
                {icon}
                {badge > 0 && <span className="badge">{badge}</span>}
              </span>
              {label}
            </button>
          ))}
        </nav>
      )}
    </>
  );
}
