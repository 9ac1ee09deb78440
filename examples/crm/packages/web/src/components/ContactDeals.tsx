/** The deals of one contact. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { useMoveDeal } from "../hooks/useMoveDeal";
import { formatMoney } from "../lib/format";
import { Card } from "./Card";
import { StageSelect } from "./DealCard";
import { DealDialog } from "./DealDialog";
import { Skeleton } from "./Empty";
import { BoardIcon, PlusIcon } from "./Icons";

export function ContactDeals({ contact }: { contact: Doc<"contacts"> }) {
  const { may } = useMe();
  const deals = useQuery(api.deals.ofContact, { contactId: contact._id });
  const moveDeal = useMoveDeal();
  const { run } = useAct();
  const [isAdding, setAdding] = useState(false);
  const add = may("deals:write") && (
    <button className="icon-button" onClick={() => setAdding(true)} aria-label="New deal" data-testid="add-contact-deal">
      <PlusIcon />
    </button>
  );
  return (
    <Card title="Deals" icon={<BoardIcon />} aside={add}>
      {deals === undefined && <Skeleton lines={2} label="Loading deals" />}
      {deals?.length === 0 && <p className="hint">No deals yet.</p>}
      <ul className="lines">
        {deals?.map(({ _id, title, valueCents, stage }) => (
          <li key={_id} className="line">
            <span className="line-text">{title}</span>
            <b>{formatMoney(valueCents)}</b>
            <StageSelect stage={stage} label={`Stage of ${title}`} onChange={(next) => void run("The deal was not moved", () => moveDeal(_id, next))} />
          </li>
        ))}
      </ul>
      {isAdding && <DealDialog contact={contact} onClose={() => setAdding(false)} />}
    </Card>
  );
}
