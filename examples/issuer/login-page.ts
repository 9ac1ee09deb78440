/** The page on which a person signs in. A real issuer asks for a password; this one lists its demo accounts. */
import { describeAccount, type Account } from "./accounts.js";

export interface LoginRequest {
  readonly redirectUri: string;
  /** Returned as it came, so that the app knows the answer to its own question. */
  readonly state: string;
}

/** @param app whose page the person comes from */
export function loginPage(app: string, accounts: readonly Account[], { redirectUri, state }: LoginRequest): string {
  return page(
    "Sign in",
    `<h1>Sign in</h1>
    <p>This is the service that has the accounts. Choose a demo account to go on to ${escape(app)}.</p>
    <form method="post" action="/authorize">
      <input type="hidden" name="redirect_uri" value="${escape(redirectUri)}">
      <input type="hidden" name="state" value="${escape(state)}">
      ${accounts.map(accountButton).join("\n      ")}
    </form>`,
  );
}

export function problemPage(problem: string): string {
  return page("Cannot sign in", `<h1>Cannot sign in</h1><p>${escape(problem)}</p>`);
}

function accountButton(account: Account): string {
  const { id, name } = account;
  return `<button name="account" value="${escape(id)}" data-testid="account-${escape(id)}"><b>${escape(name)}</b><span>${escape(describeAccount(account))}</span></button>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Accounts</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.45 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; --ground: #f1eee9; --card: #fff; --ink: #231f1a; --soft: #6a6157; --line: #e3ddd4; --hover: #f7f4ef; }
  @media (prefers-color-scheme: dark) { :root { --ground: #171512; --card: #201d19; --ink: #eee9e2; --soft: #b0a699; --line: #36312b; --hover: #2a2621; } }
  * { box-sizing: border-box; }
  body { display: grid; place-items: center; min-height: 100dvh; margin: 0; padding: 24px; background: var(--ground); color: var(--ink); }
  main { width: min(400px, 100%); padding: 28px; border: 1px solid var(--line); border-radius: 16px; background: var(--card); }
  h1 { margin: 0 0 6px; font-size: 21px; letter-spacing: -.01em; }
  p { margin: 0 0 18px; color: var(--soft); }
  form { display: grid; gap: 8px; }
  button { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 11px; background: none; color: inherit; font: inherit; text-align: start; cursor: pointer; }
  button:hover { background: var(--hover); }
  button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
  span { color: var(--soft); font-size: 13px; }
</style>
</head>
<body><main>${content}</main></body>
</html>
`;
}
