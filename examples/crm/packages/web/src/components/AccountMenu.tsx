/** Who is signed in, in which company and role; the way to another company, and out. */
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import { useAct } from "../hooks/useAct";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { useMe } from "../hooks/useMe";
import { ROLE_NAMES } from "../lib/names";
import { Avatar } from "./Avatar";
import { Dialog, Field, fieldOf } from "./Dialog";
import { LeaveIcon, SwapIcon } from "./Icons";

export function AccountMenu() {
  const { account, membership } = useMe();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button className="account" onClick={() => setOpen(true)} data-testid="account">
        <Avatar name={account.name} />
        <span className="account-text">
          <b data-testid="my-name">{account.name}</b>
          <span data-testid="my-role" data-role={membership.role}>
            {ROLE_NAMES[membership.role]} · {membership.company.name}
          </span>
        </span>
        <SwapIcon />
      </button>
      {isOpen && <AccountDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function AccountDialog({ onClose }: { onClose: () => void }) {
  const { account, membership } = useMe();
  const session = useIssuerSession();
  const switchCompany = useMutation(api.account.switchCompany);
  const createCompany = useMutation(api.account.createCompany);
  const { isBusy, run } = useAct();
  const open = async (form: FormData) => {
    if (await run("The company was not opened", () => createCompany({ name: fieldOf(form, "name") }))) onClose();
  };
  return (
    <Dialog title={account.name} submit="Open company" isBusy={isBusy} onSubmit={(form) => void open(form)} onClose={onClose}>
      <ul className="choices">
        {account.companies.map(({ _id, name }) => (
          <li key={_id}>
            <button
              type="button"
              className="choice"
              aria-pressed={_id === membership.company._id}
              onClick={() => void run("The company was not switched", () => switchCompany({ companyId: _id })).then((isDone) => isDone && onClose())}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
      <Field label="Another company">
        <input name="name" placeholder="Its name" required maxLength={120} />
      </Field>
      <button type="button" className="text-button" onClick={() => session.signOut()} data-testid="sign-out">
        <LeaveIcon /> Sign out {account.email}
      </button>
    </Dialog>
  );
}
