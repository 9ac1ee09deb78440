/** The bar at the top: whether the page is live, and who it is for. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import type { Me } from "../lib/types";
import { ConnectionBadge } from "./ConnectionBadge";
import { Mark } from "./Icons";

export function Header({ me, onLeave }: { me: Me | undefined; onLeave: () => void }) {
  return (
    <header className="header">
      <span className="brand">
        <Mark />
        Headwater
      </span>
      <ConnectionBadge />
      {me !== undefined && (
        <div className="account">
          {me.role === "student" && <BadgeCount userId={me._id} />}
          <span className="account-name" data-testid="my-name">
            {me.name}
          </span>
          <button className="button" data-kind="quiet" onClick={onLeave} data-testid="leave">
            Leave
          </button>
        </div>
      )}
    </header>
  );
}

function BadgeCount({ userId }: { userId: Id<"users"> }) {
  const count = useQuery(api.badges.count, { userId });
  return (
    <span className="badge-count" data-testid="badge-count" data-count={count}>
      <span aria-hidden="true">★</span> {count ?? "–"}
      <span className="visually-hidden"> badges</span>
    </span>
  );
}
