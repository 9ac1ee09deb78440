/** Looks up a contact by name. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { Field } from "./Dialog";

const SHOWN_MAX = 5;

export function ContactPicker({ chosen, onChoose }: { chosen: Doc<"contacts"> | null; onChoose: (contact: Doc<"contacts"> | null) => void }) {
  const [text, setText] = useState("");
  const found = useQuery(api.contacts.search, chosen === null && text.trim() !== "" ? { text } : "skip");
  return (
    <div className="picker">
      <Field label="Contact">
        <input
          value={chosen?.fullName ?? text}
          placeholder="Begin to write a name"
          autoComplete="off"
          onChange={(event) => {
            onChoose(null);
            setText(event.target.value);
          }}
          data-testid="picker-input"
        />
      </Field>
      {chosen === null && found !== undefined && (
        <ul className="choices">
          {found.slice(0, SHOWN_MAX).map((contact) => (
            <li key={contact._id}>
              <button type="button" className="choice" onClick={() => onChoose(contact)} data-testid="picker-choice">
                {contact.fullName} <span>{contact.organisation}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="hint">Nobody of that name</li>}
        </ul>
      )}
    </div>
  );
}
