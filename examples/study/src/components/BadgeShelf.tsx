/** A student's sums and badges; those not earned yet are outlines. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { BADGE_KINDS, BADGES } from "../lib/badges";
import { formatNumber, formatShare } from "../lib/format";
import type { Me } from "../lib/types";

export function BadgeShelf({ me }: { me: Me }) {
  const awards = useQuery(api.badges.list, { userId: me._id });
  const earned = new Set(awards?.map(({ badge }) => badge));
  const { answered, correct, flagged } = me.progressStats;
  return (
    <aside className="shelf" aria-label="Your progress">
      <dl className="sums" data-testid="my-sums" data-answered={answered} data-correct={correct} data-flagged={flagged}>
        <div>
          <dt>answered</dt>
          <dd>{formatNumber(answered)}</dd>
        </div>
        <div>
          <dt>right</dt>
          <dd>{formatShare(correct, answered)}</dd>
        </div>
        <div>
          <dt>flagged</dt>
          <dd>{formatNumber(flagged)}</dd>
        </div>
      </dl>
      <h2>Badges</h2>
      <ul className="badges">
        {BADGE_KINDS.map((badge) => {
          const { title, text, sign } = BADGES[badge];
          return (
            <li key={badge} className="badge" data-testid="badge" data-badge={badge} data-earned={earned.has(badge)}>
              <span className="badge-sign" aria-hidden="true">
                {sign}
              </span>
              <span>
                <strong>{title}</strong>
                {text}
                <span className="visually-hidden">{earned.has(badge) ? " (earned)" : " (not yet)"}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}
