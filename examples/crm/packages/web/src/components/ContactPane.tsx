/** Everything about one contact: who it is, its follow-up, deals, tasks, notes, and what happened. */
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { useMemberNames } from "../hooks/useMemberNames";
import { STATUS_NAMES, STATUSES } from "../lib/names";
import { go, hrefOf } from "../lib/route";
import { Avatar } from "./Avatar";
import { ContactDeals } from "./ContactDeals";
import { ContactDialog } from "./ContactDialog";
import { ContactNotes } from "./ContactNotes";
import { ContactTasks } from "./ContactTasks";
import { Dialog } from "./Dialog";
import { Skeleton } from "./Empty";
import { BackIcon, BinIcon, BuildingIcon, MailIcon, PenIcon, PersonIcon, PhoneIcon } from "./Icons";
import { SequenceCard } from "./SequenceCard";

export function ContactPane({ contactId }: { contactId: string }) {
  const contact = useQuery(api.contacts.get, { contactId });
  if (contact === undefined) return <Skeleton lines={6} label="Loading the contact" />;
  return (
    <div className="contact" data-testid="contact">
      <ContactHead contact={contact} />
      <div className="contact-cards">
        <SequenceCard contact={contact} />
        <ContactDeals contact={contact} />
        <ContactTasks contact={contact} />
        <ContactNotes contact={contact} />
      </div>
    </div>
  );
}

function ContactHead({ contact }: { contact: Doc<"contacts"> }) {
  const { may } = useMe();
  const ownerName = useMemberNames();
  const update = useMutation(api.contacts.update);
  const { run } = useAct();
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const { fullName, organisation, email, phone, status } = contact;
  return (
    <header className="contact-head">
      <a className="icon-button only-narrow" href={hrefOf("contacts")} aria-label="Back to the list" data-testid="back">
        <BackIcon />
      </a>
      <Avatar name={fullName} />
      <div className="contact-name">
        <h1 data-testid="contact-title">{fullName}</h1>
        <ul className="facts">
          {organisation !== null && (
            <li>
              <BuildingIcon /> {organisation}
            </li>
          )}
          {email !== null && (
            <li>
              <MailIcon /> <a href={`mailto:${email}`}>{email}</a>
            </li>
          )}
          {phone !== null && (
            <li>
              <PhoneIcon /> <a href={`tel:${phone}`}>{phone}</a>
            </li>
          )}
          <li>
            <PersonIcon /> {ownerName(contact.ownerId)}
          </li>
        </ul>
      </div>
      <div className="contact-tools">
        <select
          className="status"
          data-status={status}
          value={status}
          disabled={!may("contacts:write")}
          aria-label="Status"
          onChange={(event) => void run("The status was not changed", () => update({ contactId: contact._id, changes: { status: event.target.value as Doc<"contacts">["status"] } }))}
          data-testid="contact-status"
        >
          {STATUSES.map((option) => (
            <option key={option} value={option}>
              {STATUS_NAMES[option]}
            </option>
          ))}
        </select>
        {may("contacts:write") && (
          <>
            <button className="icon-button" onClick={() => setOpen("edit")} aria-label="Change contact" data-testid="edit-contact">
              <PenIcon />
            </button>
            <button className="icon-button" onClick={() => setOpen("remove")} aria-label="Remove contact">
              <BinIcon />
            </button>
          </>
        )}
      </div>
      {open === "edit" && <ContactDialog contact={contact} onClose={() => setOpen(null)} />}
      {open === "remove" && <RemoveDialog contact={contact} onClose={() => setOpen(null)} />}
    </header>
  );
}

function RemoveDialog({ contact, onClose }: { contact: Doc<"contacts">; onClose: () => void }) {
  const remove = useMutation(api.contacts.remove);
  const { isBusy, run } = useAct();
  const submit = async () => {
    // Gone before it is removed, so that the page of a contact that is not there is never asked for.
    go("contacts");
    await run("The contact was not removed", () => remove({ contactId: contact._id }));
  };
  return (
    <Dialog title={`Remove ${contact.fullName}?`} submit="Remove" isBusy={isBusy} onSubmit={() => void submit()} onClose={onClose}>
      <p>Deals, tasks, notes and the timeline of this contact go with it. This cannot be undone.</p>
    </Dialog>
  );
}
