/** Who did what, newest first. */
import { usePaginatedQuery } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import { formatMoment } from "../lib/format";
import { Card } from "./Card";
import { Skeleton } from "./Empty";
import { RouteIcon } from "./Icons";

const PAGE_SIZE = 8;

export function AuditCard() {
  const { results, status, loadMore } = usePaginatedQuery(api.audit.list, {}, { initialNumItems: PAGE_SIZE });
  return (
    <Card title="Audit" icon={<RouteIcon />}>
      {status === "LoadingFirstPage" && <Skeleton lines={4} label="Loading the audit" />}
      {status !== "LoadingFirstPage" && results.length === 0 && <p className="hint">Nothing has happened yet that is kept here.</p>}
      <ol className="timeline" data-testid="audit">
        {results.map(({ _id, _creationTime, actorName, action, target }) => (
          <li key={_id} className="entry" data-kind="audit">
            <p className="entry-head">
              <b>{actorName}</b> <time>{formatMoment(_creationTime)}</time>
            </p>
            <p className="entry-body">
              <code>{action}</code> {target}
            </p>
          </li>
        ))}
      </ol>
      {status === "CanLoadMore" && (
        <button className="text-button" onClick={() => loadMore(PAGE_SIZE)}>
          Show more
        </button>
      )}
    </Card>
  );
}
