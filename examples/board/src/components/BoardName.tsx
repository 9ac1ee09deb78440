/** The name of the board, which is changed where it stands. */
import { useMutation } from "convex/react";
import { useMemo } from "react";
import type { KeyboardEvent } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { BOARD_NAME_LENGTH_MAX } from "../../convex/model/limits";
import { useAct } from "../hooks/useAct";

export interface Board {
  readonly _id: Id<"boards">;
  readonly name: string;
}

export function BoardName({ board: { _id: boardId, name } }: { board: Board }) {
  const mutate = useMutation(api.boards.rename);
  const rename = useMemo(
    () =>
      mutate.withOptimisticUpdate((store, { boardId, name }) => {
        if (store.getQuery(api.boards.get, { boardId })) store.setQuery(api.boards.get, { boardId }, { _id: boardId, name });
      }),
    [mutate],
  );
  const { run } = useAct();
  const keep = (field: HTMLInputElement) => {
    const written = field.value.trim().replace(/\s+/g, " ");
    field.value = name;
    if (written !== "" && written !== name) void run("The board was not renamed", () => rename({ boardId, name: written }));
  };
  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape") event.currentTarget.value = name;
    if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
  };
  // A new element for each name: what others call it meanwhile takes the place of what stood there.
  return <input key={name} className="board-name" aria-label="Name of the board" defaultValue={name} maxLength={BOARD_NAME_LENGTH_MAX} onBlur={(event) => keep(event.currentTarget)} onKeyDown={handleKey} data-testid="board-title" />;
}
