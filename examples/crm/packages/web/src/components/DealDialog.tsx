/** Opens a deal, for a given contact or for one that is looked up here. */
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useToasts } from "./Toasts";
import { centsFromField } from "../lib/format";
import { ContactPicker } from "./ContactPicker";
import { Dialog, Field, fieldOf } from "./Dialog";

export function DealDialog({ contact, onClose }: { contact: Doc<"contacts"> | null; onClose: () => void }) {
  const create = useMutation(api.deals.create);
  const report = useToasts();
  const { isBusy, run } = useAct();
  const [chosen, setChosen] = useState(contact);
  const submit = async (form: FormData) => {
    const valueCents = centsFromField(fieldOf(form, "value"));
    if (chosen === null) return report("The deal was not opened. Choose whom it is with.");
    if (valueCents === null) return report("The deal was not opened. Its value must be an amount such as 1250.");
    if (await run("The deal was not opened", () => create({ contactId: chosen._id, title: fieldOf(form, "title"), valueCents, stage: "new" }))) onClose();
  };
  return (
    <Dialog title="New deal" submit="Open deal" isBusy={isBusy} onSubmit={(form) => void submit(form)} onClose={onClose}>
      {contact === null && <ContactPicker chosen={chosen} onChoose={setChosen} />}
      <Field label="What it is about">
        <input name="title" required maxLength={160} data-testid="deal-title" />
      </Field>
      <Field label="Value in euros">
        <input name="value" required inputMode="decimal" placeholder="1250" data-testid="deal-value" />
      </Field>
    </Dialog>
  );
}
