/** The teams of the company. */
import { useMutation } from "convex/react";
import { useRef } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { Card } from "./Card";
import { fieldOf } from "./Dialog";
import { Skeleton } from "./Empty";
import { PlusIcon, TeamIcon } from "./Icons";
import { RemoveButton } from "./RemoveButton";

export function TeamsCard({ teams }: { teams: readonly Doc<"teams">[] | undefined }) {
  const { may } = useMe();
  const create = useMutation(api.teams.create);
  const remove = useMutation(api.teams.remove);
  const { isBusy, run } = useAct();
  const form = useRef<HTMLFormElement>(null);
  const canChange = may("teams:write");
  const add = async (data: FormData) => {
    if (await run("The team was not added", () => create({ name: fieldOf(data, "name") }))) form.current?.reset();
  };
  return (
    <Card title="Teams" icon={<TeamIcon />}>
      {teams === undefined && <Skeleton lines={2} label="Loading teams" />}
      {teams?.length === 0 && <p className="hint">No teams. A team leader sees what their team has.</p>}
      <ul className="lines">
        {teams?.map(({ _id, name }) => (
          <li key={_id} className="line">
            <span className="line-text">{name}</span>
            {canChange && (
              <RemoveButton name={name} isDisabled={isBusy} onRemove={() => void run("The team was not removed", () => remove({ teamId: _id }))}>
                Its members stay, in no team.
              </RemoveButton>
            )}
          </li>
        ))}
      </ul>
      {canChange && (
        <form
          ref={form}
          className="add-line"
          onSubmit={(event) => {
            event.preventDefault();
            void add(new FormData(event.currentTarget));
          }}
        >
          <input name="name" placeholder="Add a team" aria-label="Team" required maxLength={120} data-testid="team-name" />
          <button className="icon-button" disabled={isBusy} aria-label="Add the team">
            <PlusIcon />
          </button>
        </form>
      )}
    </Card>
  );
}
