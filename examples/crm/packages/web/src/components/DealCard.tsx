/** One deal on the board. The menu of stages is for those who cannot drag. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../../convex/_generated/api";
import { STAGE_NAMES, STAGES } from "../../../../convex/model/stages";
import type { Stage } from "../../../../convex/model/stages";
import { formatMoney } from "../lib/format";
import { hrefOf } from "../lib/route";
import { Avatar } from "./Avatar";

type Deal = FunctionReturnType<typeof api.deals.board>[number]["deals"][number];

interface DealCardProps {
  deal: Deal;
  ownerName: string;
  /** Null for those who may only look. */
  onMove: ((stage: Stage) => void) | null;
}

export function DealCard({ deal, ownerName, onMove }: DealCardProps) {
  return (
    <article
      className="deal"
      draggable={onMove !== null}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", deal._id);
        event.dataTransfer.effectAllowed = "move";
      }}
      data-testid="deal"
      data-title={deal.title}
    >
      <a className="deal-contact" href={hrefOf("contacts", deal.contactId)}>
        {deal.contactName}
      </a>
      <h3>{deal.title}</h3>
      <div className="deal-foot">
        <b>{formatMoney(deal.valueCents)}</b>
        {onMove !== null && <StageSelect stage={deal.stage} onChange={onMove} label={`Stage of ${deal.title}`} />}
        <span className="deal-owner" title={`Owner: ${ownerName}`}>
          <Avatar name={ownerName} />
        </span>
      </div>
    </article>
  );
}

export function StageSelect({ stage, onChange, label }: { stage: Stage; onChange: (stage: Stage) => void; label: string }) {
  return (
    <select className="stage-select" value={stage} aria-label={label} data-stage={stage} onChange={(event) => onChange(event.target.value as Stage)} data-testid="stage-select">
      {STAGES.map((option) => (
        <option key={option} value={option}>
          {STAGE_NAMES[option]}
        </option>
      ))}
    </select>
  );
}
