/** The people of the company and their teams. Owners change roles here; what those people have on screen follows at once. */
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc, Id } from "../../../../convex/_generated/dataModel";
import type { Role } from "../../../../convex/model/permissions";
import { AuditCard } from "../components/AuditCard";
import { Avatar } from "../components/Avatar";
import { Skeleton } from "../components/Empty";
import { PlusIcon } from "../components/Icons";
import { InviteDialog } from "../components/InviteDialog";
import { RemoveButton } from "../components/RemoveButton";
import { TeamsCard } from "../components/TeamsCard";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { ROLE_NAMES, ROLES } from "../lib/names";

export function TeamPage() {
  const { may } = useMe();
  const members = useQuery(api.members.list);
  const teams = useQuery(api.teams.list);
  const [isInviting, setInviting] = useState(false);
  return (
    <div className="narrow wide">
      <div className="page-head">
        <h1>Team</h1>
        {may("members:write") && (
          <button className="button" onClick={() => setInviting(true)} data-testid="invite">
            <PlusIcon /> <span>Invite</span>
          </button>
        )}
      </div>
      <section className="card" aria-label="Members">
        {members === undefined && <Skeleton lines={5} label="Loading the team" />}
        <ul className="lines" data-testid="members">
          {members?.map((member) => <MemberLine key={member._id} member={member} teams={teams ?? []} />)}
        </ul>
      </section>
      <div className="two-cards">
        <TeamsCard teams={teams} />
        {may("audit:read") && <AuditCard />}
      </div>
      {isInviting && <InviteDialog teams={teams ?? []} onClose={() => setInviting(false)} />}
    </div>
  );
}

function MemberLine({ member, teams }: { member: Doc<"members">; teams: readonly Doc<"teams">[] }) {
  const { membership, may } = useMe();
  const setRole = useMutation(api.members.setRole);
  const setTeam = useMutation(api.members.setTeam);
  const remove = useMutation(api.members.remove);
  const { isBusy, run } = useAct();
  const { _id: memberId, name, email, role, teamId, userId } = member;
  const isOwn = memberId === membership.memberId;
  const canChange = may("members:write");
  return (
    <li className="line member" data-testid="member" data-email={email} data-role={role}>
      <Avatar name={name} />
      <span className="row-text">
        <b>
          {name}
          {isOwn && <span className="own"> (you)</span>}
        </b>
        <span>
          {email}
          {userId === null && " · invited"}
        </span>
      </span>
      {canChange ? (
        <>
          <select value={role} aria-label={`Role of ${name}`} disabled={isBusy} onChange={(event) => void run("The role was not changed", () => setRole({ memberId, role: event.target.value as Role }))} data-testid="role-select">
            {ROLES.map((option) => (
              <option key={option} value={option}>
                {ROLE_NAMES[option]}
              </option>
            ))}
          </select>
          <select
            value={teamId ?? ""}
            aria-label={`Team of ${name}`}
            disabled={isBusy}
            onChange={(event) => void run("The team was not changed", () => setTeam({ memberId, teamId: event.target.value === "" ? null : (event.target.value as Id<"teams">) }))}
            data-testid="team-select"
          >
            <option value="">No team</option>
            {teams.map(({ _id, name: teamName }) => (
              <option key={_id} value={_id}>
                {teamName}
              </option>
            ))}
          </select>
          <RemoveButton name={name} isDisabled={isBusy || isOwn} onRemove={() => void run("The member was not removed", () => remove({ memberId }))}>
            They see nothing of the company any more. Their contacts, deals and tasks are yours then.
          </RemoveButton>
        </>
      ) : (
        <>
          <span className="tag">{ROLE_NAMES[role]}</span>
          <span className="member-team">{teams.find(({ _id }) => _id === teamId)?.name ?? "No team"}</span>
        </>
      )}
    </li>
  );
}
