/** Invites somebody by their address. */
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import type { Doc, Id } from "../../../../convex/_generated/dataModel";
import type { Role } from "../../../../convex/model/permissions";
import { useAct } from "../hooks/useAct";
import { ROLE_NAMES, ROLES } from "../lib/names";
import { Dialog, Field, fieldOf } from "./Dialog";

export function InviteDialog({ teams, onClose }: { teams: readonly Doc<"teams">[]; onClose: () => void }) {
  const invite = useMutation(api.members.invite);
  const { isBusy, run } = useAct();
  const submit = async (form: FormData) => {
    const teamId = fieldOf(form, "team");
    const input = { name: fieldOf(form, "name"), email: fieldOf(form, "email"), role: fieldOf(form, "role") as Role, teamId: teamId === "" ? null : (teamId as Id<"teams">) };
    if (await run("Nobody was invited", () => invite(input))) onClose();
  };
  return (
    <Dialog title="Invite somebody" submit="Invite" isBusy={isBusy} onSubmit={(form) => void submit(form)} onClose={onClose}>
      <Field label="Name">
        <input name="name" required maxLength={120} data-testid="invite-name" />
      </Field>
      <Field label="E-mail">
        <input name="email" type="email" required maxLength={254} data-testid="invite-email" />
      </Field>
      <Field label="Role">
        <select name="role" defaultValue="agent">
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {ROLE_NAMES[role]}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Team">
        <select name="team" defaultValue="">
          <option value="">No team</option>
          {teams.map(({ _id, name }) => (
            <option key={_id} value={_id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <p className="hint">Whoever signs in with this address is the member.</p>
    </Dialog>
  );
}
