/** The bar at the top of each page: search, whether the page is live, and who it is for. */
import { fetchQuery } from "convex/nextjs";
import Link from "next/link";
import { api } from "@/convex/_generated/api";
import { sessionToken } from "@/lib/session";
import { ConnectionBadge } from "./ConnectionBadge";
import { Mark } from "./Icons";
import { SearchField } from "./SearchField";

export async function Header() {
  const token = await sessionToken();
  const me = token === undefined ? null : await fetchQuery(api.users.me, {}, { token }).catch(() => null);
  return (
    <header className="header">
      <Link href="/" className="brand">
        <Mark />
        <span>Lectern</span>
      </Link>
      <ConnectionBadge />
      {token !== undefined && <SearchField />}
      <div className="account">
        {me !== null && (
          <span className="account-name" data-testid="my-name" data-role={me.role}>
            {me.name}
            <small>{me.role}</small>
          </span>
        )}
        {token === undefined ? (
          <a className="button" data-kind="primary" href="/auth/sign-in" data-testid="sign-in">
            Sign in
          </a>
        ) : (
          <form action="/auth/sign-out" method="post">
            <button className="button" data-kind="quiet" data-testid="sign-out">
              Sign out
            </button>
          </form>
        )}
      </div>
    </header>
  );
}
