/** For people who are in no company: one of their own, or the wait for an invitation, which appears here by itself. */
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import { fieldOf } from "../components/Dialog";
import { FerryMark } from "../components/Icons";
import { useAct } from "../hooks/useAct";
import { useIssuerSession } from "../hooks/useIssuerSession";
import type { Account } from "../hooks/useMe";

export function NoCompanyPage({ account }: { account: Account }) {
  const session = useIssuerSession();
  const createCompany = useMutation(api.account.createCompany);
  const switchCompany = useMutation(api.account.switchCompany);
  const { isBusy, run } = useAct();
  return (
    <main className="full-page" data-testid="no-company">
      <FerryMark />
      <h1>Welcome, {account.name}</h1>
      <p>Open a company of your own. If yours is here already, its owner can invite {account.email ?? "you"}: sign in again then.</p>
      {account.companies.map(({ _id, name }) => (
        <button key={_id} className="button" data-kind="quiet" onClick={() => void run("The company was not opened", () => switchCompany({ companyId: _id }))}>
          Go to {name}
        </button>
      ))}
      <form className="inline-form" action={(form) => void run("The company was not opened", () => createCompany({ name: fieldOf(form, "name") }))}>
        <input name="name" placeholder="Name of the company" aria-label="Name of the company" required maxLength={120} data-testid="company-name" />
        <button className="button" disabled={isBusy} data-testid="open-company">
          Open it
        </button>
      </form>
      <button className="text-button" onClick={() => session.signOut()}>
        Use another account
      </button>
    </main>
  );
}
