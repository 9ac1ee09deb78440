/** The board: deals by stage, moved by dragging or by the menu of a card. On phones one stage at a time. */
import { useQuery } from "convex/react";
import { useState } from "react";
import type { DragEvent } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Id } from "../../../../convex/_generated/dataModel";
import { STAGE_NAMES, STAGES } from "../../../../convex/model/stages";
import type { StageFigures } from "../../../../convex/model/deals";
import type { Stage } from "../../../../convex/model/stages";
import { DealCard } from "../components/DealCard";
import { DealDialog } from "../components/DealDialog";
import { PlusIcon } from "../components/Icons";
import { Skeleton } from "../components/Empty";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { useMediaQuery } from "../hooks/useMediaQuery";
import { useMemberNames } from "../hooks/useMemberNames";
import { useMoveDeal } from "../hooks/useMoveDeal";
import { formatCount, formatMoney, formatShortMoney } from "../lib/format";

/** Must be the width at which the stylesheet shows one column. */
const NARROW_SCREEN = "(max-width: 760px)";
const OPEN_STAGES: readonly Stage[] = ["new", "qualified", "proposal"];

export function PipelinePage() {
  const { membership, may } = useMe();
  const board = useQuery(api.deals.board);
  const figures = useQuery(api.deals.figures);
  const ownerName = useMemberNames();
  const moveDeal = useMoveDeal();
  const { run } = useAct();
  const [chosen, setChosen] = useState<Stage>("new");
  const [target, setTarget] = useState<Stage | null>(null);
  const [isAdding, setAdding] = useState(false);
  const isNarrow = useMediaQuery(NARROW_SCREEN);

  const move = (dealId: Id<"deals">, stage: Stage) => void run("The deal was not moved", () => moveDeal(dealId, stage));
  const drop = (event: DragEvent, stage: Stage) => {
    event.preventDefault();
    setTarget(null);
    const dealId = event.dataTransfer.getData("text/plain");
    if (board?.some(({ deals }) => deals.some(({ _id }) => _id === dealId))) move(dealId as Id<"deals">, stage);
  };
  const figuresOf = (stage: Stage) => figures?.find((row) => row.stage === stage);

  return (
    <>
      <div className="page-head">
        <div>
          <h1>Pipeline</h1>
          <p className="subtitle" data-testid="reach">
            {membership.role === "owner" ? "The whole company" : membership.role === "leader" ? "Your team" : "Your deals"}
          </p>
        </div>
        <Totals figures={figures} />
        {may("deals:write") && (
          <button className="button" onClick={() => setAdding(true)} data-testid="add-deal">
            <PlusIcon /> <span>Deal</span>
          </button>
        )}
      </div>
      {isNarrow && (
        <div className="stage-tabs" role="tablist" aria-label="Stages">
          {STAGES.map((stage) => (
            <button key={stage} role="tab" className="stage-tab" aria-selected={stage === chosen} onClick={() => setChosen(stage)} data-stage={stage}>
              {STAGE_NAMES[stage]}
              <span>{figuresOf(stage)?.count ?? ""}</span>
            </button>
          ))}
        </div>
      )}
      <div className="board" data-testid="board">
        {STAGES.filter((stage) => !isNarrow || stage === chosen).map((stage) => {
          const deals = board?.find((column) => column.stage === stage)?.deals;
          const row = figuresOf(stage);
          return (
            <section
              key={stage}
              className="column"
              aria-label={STAGE_NAMES[stage]}
              data-stage={stage}
              data-testid={`stage-${stage}`}
              data-target={stage === target}
              onDragOver={(event) => {
                event.preventDefault();
                setTarget(stage);
              }}
              onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setTarget(null)}
              onDrop={(event) => drop(event, stage)}
            >
              <h2 className="column-head">
                <span className="stage-dot" />
                {STAGE_NAMES[stage]}
                <span className="column-count">{row?.count ?? ""}</span>
                <span className="column-value">{row !== undefined && row.count > 0 ? formatShortMoney(row.valueCents) : ""}</span>
              </h2>
              <div className="cards">
                {deals === undefined && <Skeleton lines={4} label="Loading deals" />}
                {deals?.length === 0 && <p className="column-empty">No deals</p>}
                {deals?.map((deal) => (
                  <DealCard key={deal._id} deal={deal} ownerName={ownerName(deal.ownerId)} onMove={may("deals:write") ? (next) => move(deal._id, next) : null} />
                ))}
              </div>
            </section>
          );
        })}
      </div>
      {isAdding && <DealDialog contact={null} onClose={() => setAdding(false)} />}
    </>
  );
}

function Totals({ figures }: { figures: readonly StageFigures[] | undefined }) {
  const open = figures?.filter(({ stage }) => OPEN_STAGES.includes(stage)) ?? [];
  const won = figures?.find(({ stage }) => stage === "won");
  return (
    <dl className="totals" aria-busy={figures === undefined}>
      <div>
        <dt>Open</dt>
        <dd data-testid="open-value">{figures === undefined ? "…" : formatMoney(open.reduce((sum, { valueCents }) => sum + valueCents, 0))}</dd>
        <dd className="totals-aside">{formatCount(open.reduce((sum, { count }) => sum + count, 0), "deal")}</dd>
      </div>
      <div>
        <dt>Won</dt>
        <dd data-testid="won-value" data-tone="good">
          {won === undefined ? "…" : formatMoney(won.valueCents)}
        </dd>
        <dd className="totals-aside">{formatCount(won?.count ?? 0, "deal")}</dd>
      </div>
    </dl>
  );
}
