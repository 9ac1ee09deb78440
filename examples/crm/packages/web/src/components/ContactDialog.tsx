/** Adds a contact, or changes one. */
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import type { Doc, Id } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { Dialog, Field, fieldOf } from "./Dialog";

interface ContactDialogProps {
  /** Null adds one. */
  contact: Doc<"contacts"> | null;
  /** @param id of the contact that was saved, null when none was */
  onClose: (id: Id<"contacts"> | null) => void;
}

export function ContactDialog({ contact, onClose }: ContactDialogProps) {
  const create = useMutation(api.contacts.create);
  const update = useMutation(api.contacts.update);
  const { isBusy, run } = useAct();
  const save = async (form: FormData) => {
    const fields = { fullName: fieldOf(form, "fullName"), email: fieldOf(form, "email"), phone: fieldOf(form, "phone"), organisation: fieldOf(form, "organisation") };
    let id = contact?._id ?? null;
    const isSaved = await run("The contact was not saved", async () => {
      if (contact === null) id = await create({ ...fields, status: "lead", ownerId: null });
      else await update({ contactId: contact._id, changes: fields });
    });
    if (isSaved) onClose(id);
  };
  return (
    <Dialog title={contact === null ? "New contact" : "Change contact"} submit="Save" isBusy={isBusy} onSubmit={(form) => void save(form)} onClose={() => onClose(null)}>
      <Field label="Full name">
        <input name="fullName" defaultValue={contact?.fullName} required maxLength={120} data-testid="contact-name" />
      </Field>
      <Field label="Organisation">
        <input name="organisation" defaultValue={contact?.organisation ?? ""} maxLength={120} />
      </Field>
      <Field label="E-mail">
        <input name="email" type="email" defaultValue={contact?.email ?? ""} maxLength={254} data-testid="contact-email" />
      </Field>
      <Field label="Phone">
        <input name="phone" type="tel" defaultValue={contact?.phone ?? ""} maxLength={40} />
      </Field>
    </Dialog>
  );
}
