/** One board of the grid: a small picture of it, and whether anybody keeps it warm. Each tile is a subscription of its own. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { boardKey } from "../../convex/model/keys";
import type { Catalogue } from "../../convex/model/payload";
import { useNow } from "../hooks/useNow";
import { boardAddress } from "../hooks/useRoute";
import { formatAgo, formatNumber } from "../lib/format";
import { isHot } from "../lib/states";
import type { SubjectState } from "../lib/states";
import { EyeIcon } from "./Icons";
import { Thumbnail } from "./Thumbnail";

interface BoardTileProps {
  listed: Catalogue["boards"][number];
  state: SubjectState | undefined;
}

export function BoardTile({ listed, state }: BoardTileProps) {
  const key = boardKey(listed.id);
  const subject = useQuery(api.subjects.get, { key });
  const board = subject?.kind === "board" ? subject : null;
  return (
    <li>
      <a className="tile" href={boardAddress(listed.id)} data-testid="board-tile" data-key={key} data-hot={isHot(state)} data-phase={state?.phase ?? "idle"}>
        <Thumbnail key={state?.changedAt ?? 0} board={board} />
        <Temperature state={state} />
        <div className="tile-text">
          <h2 title={listed.title}>{listed.title}</h2>
          <div className="tile-row">
            <p className="tile-team">{listed.team}</p>
            <SyncLine state={state} />
          </div>
        </div>
      </a>
    </li>
  );
}

function Temperature({ state }: { state: SubjectState | undefined }) {
  if (!isHot(state)) return <span className="temperature">cold</span>;
  return (
    <span className="temperature" title="People who look at it">
      <EyeIcon />
      {formatNumber(state!.watchers)}
    </span>
  );
}

function SyncLine({ state }: { state: SubjectState | undefined }) {
  const now = useNow();
  if (state === undefined) return <p className="sync-line" />;
  const { phase, problem, syncedAt } = state;
  const text = phase === "running" ? "fetching" : phase === "queued" ? "in the queue" : problem !== null ? "failed" : syncedAt === null ? "never synced" : formatAgo(syncedAt, now);
  return (
    <p className="sync-line" title={problem ?? undefined} data-state={phase === "idle" && problem !== null ? "failed" : phase}>
      {text}
    </p>
  );
}
