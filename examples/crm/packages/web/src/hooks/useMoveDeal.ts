/** Moves a card to another stage: on the screen at once, back where it was when the server refuses. */
import type { OptimisticLocalStore } from "convex/browser";
import { useMutation } from "convex/react";
import { useMemo } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Id } from "../../../../convex/_generated/dataModel";
import type { Stage } from "../../../../convex/model/stages";

export function useMoveDeal(): (dealId: Id<"deals">, stage: Stage) => Promise<unknown> {
  const update = useMutation(api.deals.update);
  return useMemo(() => {
    const move = update.withOptimisticUpdate((store, { dealId, changes }) => {
      if (changes.stage !== undefined) moveOnBoard(store, dealId, changes.stage);
    });
    return (dealId, stage) => move({ dealId, changes: { stage } });
  }, [update]);
}

function moveOnBoard(store: OptimisticLocalStore, dealId: Id<"deals">, stage: Stage): void {
  const board = store.getQuery(api.deals.board, {});
  const card = board?.flatMap(({ deals }) => deals).find(({ _id }) => _id === dealId);
  if (board === undefined || card === undefined || card.stage === stage) return;
  const next = board.map((column) => {
    const others = column.deals.filter(({ _id }) => _id !== dealId);
    return { ...column, deals: column.stage === stage ? [{ ...card, stage }, ...others].sort((a, b) => b._creationTime - a._creationTime) : others };
  });
  store.setQuery(api.deals.board, {}, next);
}
