/** Ways in for programs: API keys of the REST interface, and the secret with which web forms sign leads. */
import { useAction, useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import { Card } from "../components/Card";
import { Empty, Skeleton } from "../components/Empty";
import { BinIcon, KeyIcon, MailIcon, PlusIcon } from "../components/Icons";
import { KeyDialog } from "../components/KeyDialog";
import { SecretDialog } from "../components/SecretDialog";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { formatMoment } from "../lib/format";

type ApiKey = FunctionReturnType<typeof api.apiKeys.list>[number];

export function KeysPage() {
  const keys = useQuery(api.apiKeys.list);
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="narrow wide">
      <div className="page-head">
        <div>
          <h1>API keys</h1>
          <p className="subtitle">
            For programs. <code>GET /v1</code> lists what a key can do.
          </p>
        </div>
        <button className="button" onClick={() => setAdding(true)} data-testid="add-key">
          <PlusIcon /> <span>Key</span>
        </button>
      </div>
      <section className="card" aria-label="Keys">
        {keys === undefined && <Skeleton lines={4} label="Loading keys" />}
        {keys?.length === 0 && (
          <Empty icon={<KeyIcon />} title="No API keys">
            <p>A key lets a program read and write what its scopes say, in this company only.</p>
          </Empty>
        )}
        <ul className="lines" data-testid="keys">
          {keys?.map((key) => <KeyLine key={key._id} apiKey={key} />)}
        </ul>
      </section>
      <InboxCard />
      {isAdding && <KeyDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

function KeyLine({ apiKey }: { apiKey: ApiKey }) {
  const revoke = useMutation(api.apiKeys.revoke);
  const remove = useMutation(api.apiKeys.remove);
  const { isBusy, run } = useAct();
  const { _id: keyId, name, ending, scopes, ratePerMinute, lastUsedAt, revokedAt } = apiKey;
  return (
    <li className="line key" data-testid="key" data-revoked={revokedAt !== null}>
      <span className="row-text">
        <b>{name}</b>
        <span>
          <code>ferry_…{ending}</code> · {ratePerMinute} a minute · {lastUsedAt === null ? "never used" : `used ${formatMoment(lastUsedAt)}`}
        </span>
        <span className="scopes">
          {scopes.map((scope) => (
            <code key={scope}>{scope}</code>
          ))}
        </span>
      </span>
      {revokedAt === null ? (
        <button className="button" data-kind="quiet" disabled={isBusy} onClick={() => void run("The key was not revoked", () => revoke({ keyId }))} data-testid="revoke-key">
          Revoke
        </button>
      ) : (
        <>
          <span className="tag" data-tone="failed">
            Revoked
          </span>
          <button className="icon-button small" aria-label={`Remove ${name}`} disabled={isBusy} onClick={() => void run("The key was not removed", () => remove({ keyId }))}>
            <BinIcon />
          </button>
        </>
      )}
    </li>
  );
}

function InboxCard() {
  const { membership } = useMe();
  const isOpen = useQuery(api.inbox.isOpen);
  const rotate = useAction(api.inbox.rotateSecret);
  const [secret, setSecret] = useState<string | null>(null);
  const { isBusy, run } = useAct();
  return (
    <Card title="Leads from web forms" icon={<MailIcon />}>
      <p className="hint">
        Signed requests to <code>POST /v1/webhooks/leads/{membership.company._id}</code> become contacts. {isOpen === false && "There is no secret yet: nothing is taken."}
      </p>
      <button
        className="button"
        data-kind="quiet"
        disabled={isBusy || isOpen === undefined}
        onClick={() => void run("The secret was not made", async () => setSecret(await rotate()))}
        data-testid="rotate-secret"
      >
        {isOpen === true ? "Replace the secret" : "Make a secret"}
      </button>
      {secret !== null && <SecretDialog title="Signing secret" secret={secret} onClose={() => setSecret(null)} />}
    </Card>
  );
}
