/** All boards, and the engine at work. Looking at this page keeps the catalogue up to date, not the boards. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import { boardKey, CATALOGUE } from "../../convex/model/keys";
import { useHeartbeat } from "../hooks/useHeartbeat";
import type { Me } from "../lib/me";
import { isHot } from "../lib/states";
import { BoardTile } from "./BoardTile";
import { EnginePanel } from "./EnginePanel";

export function GridPage({ me }: { me: Me | null }) {
  useHeartbeat(me, [CATALOGUE]);
  const catalogue = useQuery(api.subjects.get, { key: CATALOGUE });
  const engine = useQuery(api.engine.states);
  const states = new Map(engine?.subjects.map((state) => [state.key, state]));
  const boards = catalogue?.kind === "catalogue" ? catalogue.boards : undefined;
  const hotCount = boards?.filter(({ id }) => isHot(states.get(boardKey(id)))).length ?? 0;
  return (
    <main className="grid-page">
      <EnginePanel engine={engine} />
      <div className="grid-title">
        <h1>Boards</h1>
        {boards !== undefined && (
          <p data-testid="hot-count" data-count={hotCount}>
            {hotCount} hot, {boards.length - hotCount} cold
          </p>
        )}
      </div>
      {catalogue === null && <EmptyGrid isSignedIn={me !== null} problem={states.get(CATALOGUE)?.problem ?? null} />}
      {catalogue === undefined && <SkeletonGrid />}
      <ul className="tiles" data-testid="board-list">
        {boards?.map((listed) => <BoardTile key={listed.id} listed={listed} state={states.get(boardKey(listed.id))} />)}
      </ul>
    </main>
  );
}

function EmptyGrid({ isSignedIn, problem }: { isSignedIn: boolean; problem: string | null }) {
  const text = problem ?? (isSignedIn ? "The catalogue is being fetched from the source." : "Nobody has looked yet. Sign in to have the catalogue fetched.");
  return (
    <div className="empty" role="status" data-testid="no-boards">
      <h2>{problem === null ? "No boards yet" : "The source does not answer"}</h2>
      <p>{text}</p>
    </div>
  );
}

function SkeletonGrid() {
  return (
    <div className="tiles" role="status" aria-label="Loading boards">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="tile-skeleton" />
      ))}
    </div>
  );
}
