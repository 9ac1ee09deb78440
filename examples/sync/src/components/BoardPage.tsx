/**
 * One board, live. Looking at it is what keeps it up to date. The page watches the payload and nothing of the engine, so a
 * refresh that finds nothing new does not reach it; the figures of the engine are a subscription of their own, when asked for.
 */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { boardKey, CATALOGUE } from "../../convex/model/keys";
import { useHeartbeat } from "../hooks/useHeartbeat";
import { GRID_ADDRESS } from "../hooks/useRoute";
import { formatCount } from "../lib/format";
import type { Me } from "../lib/me";
import { BoardCanvas } from "./BoardCanvas";
import { BackIcon, EyeIcon, GaugeIcon } from "./Icons";
import { SyncFigures } from "./SyncFigures";

export function BoardPage({ me, boardId }: { me: Me | null; boardId: string }) {
  const key = boardKey(boardId);
  const unknown = useHeartbeat(me, [CATALOGUE, key]);
  const subject = useQuery(api.subjects.get, { key });
  const [isInspected, setIsInspected] = useState(false);
  const board = subject?.kind === "board" ? subject : null;
  return (
    <main className="board-page" data-testid="board-page" data-key={key}>
      <div className="board-head">
        <a className="icon-button" href={GRID_ADDRESS} aria-label="All boards" data-testid="back">
          <BackIcon />
        </a>
        <div className="board-title">
          <h1 data-testid="board-title">{board?.title ?? "Board"}</h1>
          {board !== null && (
            <p>
              {board.team} · {formatCount(board.notes.length, "note")}
            </p>
          )}
        </div>
        {me !== null && (
          <span className="temperature" data-hot="true" data-testid="kept">
            <EyeIcon />
            kept in sync while you look
          </span>
        )}
        <button className="button" data-kind="quiet" aria-pressed={isInspected} onClick={() => setIsInspected(!isInspected)} data-testid="inspect">
          <GaugeIcon />
          Sync
        </button>
      </div>
      {isInspected && <SyncFigures subjectKey={key} />}
      {board !== null ? <BoardCanvas board={board} /> : <NoBoard isLoading={subject === undefined} isUnknown={unknown.includes(key)} isSignedIn={me !== null} />}
    </main>
  );
}

function NoBoard({ isLoading, isUnknown, isSignedIn }: { isLoading: boolean; isUnknown: boolean; isSignedIn: boolean }) {
  if (isLoading) return <div className="canvas-skeleton" role="status" aria-label="Loading the board" />;
  const [title, text] = isUnknown
    ? ["There is no such board", "The source does not list it, or not yet."]
    : isSignedIn
      ? ["First look", "Nobody has looked at this board before. It is being fetched."]
      : ["Never fetched", "Nobody has looked at this board yet. Sign in to have it fetched."];
  return (
    <div className="empty" role="status" data-testid="no-board" data-unknown={isUnknown}>
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}
