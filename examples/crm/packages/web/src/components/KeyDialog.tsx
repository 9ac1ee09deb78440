/** Makes an API key, and shows it once. */
import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import { RATE_PER_MINUTE_DEFAULT, RATE_PER_MINUTE_MAX } from "../../../../convex/model/limits";
import { PERMISSIONS } from "../../../../convex/model/permissions";
import type { Permission } from "../../../../convex/model/permissions";
import { useAct } from "../hooks/useAct";
import { Dialog, Field, fieldOf } from "./Dialog";
import { SecretDialog } from "./SecretDialog";

/** What most programs need. */
const USUAL: readonly Permission[] = ["contacts:read", "contacts:write", "deals:read", "tasks:read"];

export function KeyDialog({ onClose }: { onClose: () => void }) {
  const create = useAction(api.apiKeys.create);
  const [key, setKey] = useState<string | null>(null);
  const { isBusy, run } = useAct();
  if (key !== null) return <SecretDialog title="Your API key" secret={key} onClose={onClose} />;
  const submit = (form: FormData) =>
    run("The key was not made", async () =>
      setKey(await create({ name: fieldOf(form, "name"), scopes: PERMISSIONS.filter((scope) => form.has(scope)), ratePerMinute: Number(fieldOf(form, "rate")) })),
    );
  return (
    <Dialog title="New API key" submit="Make key" isBusy={isBusy} onSubmit={(form) => void submit(form)} onClose={onClose}>
      <Field label="What it is for">
        <input name="name" required maxLength={120} placeholder="Website" data-testid="key-name" />
      </Field>
      <fieldset className="scope-choices">
        <legend>It may</legend>
        {PERMISSIONS.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name={scope} defaultChecked={USUAL.includes(scope)} />
            <code>{scope}</code>
          </label>
        ))}
      </fieldset>
      <Field label="Requests a minute">
        <input name="rate" type="number" min={1} max={RATE_PER_MINUTE_MAX} defaultValue={RATE_PER_MINUTE_DEFAULT} required />
      </Field>
    </Dialog>
  );
}
