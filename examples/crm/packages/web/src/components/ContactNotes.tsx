/** Notes on one contact, and what happened to it, newest first. */
import { useMutation, useQuery } from "convex/react";
import { useRef, useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { formatMoment } from "../lib/format";
import { Card } from "./Card";
import { fieldOf } from "./Dialog";
import { Skeleton } from "./Empty";
import { BinIcon, PenIcon } from "./Icons";

type Entry = { kind: "note"; at: number; note: Doc<"notes"> } | { kind: "activity"; at: number; activity: Doc<"activities"> };

export function ContactNotes({ contact }: { contact: Doc<"contacts"> }) {
  const { may } = useMe();
  const [isOnlyNotes, setOnlyNotes] = useState(false);
  const notes = useQuery(api.timeline.notes, { contactId: contact._id });
  const activities = useQuery(api.timeline.activities, { contactId: contact._id });
  const filter = (
    <button className="text-button" aria-pressed={isOnlyNotes} onClick={() => setOnlyNotes(!isOnlyNotes)}>
      {isOnlyNotes ? "Show everything" : "Only notes"}
    </button>
  );
  return (
    <Card title="Notes and timeline" icon={<PenIcon />} aside={filter}>
      {may("contacts:write") && <NoteForm contactId={contact._id} />}
      {notes === undefined || activities === undefined ? (
        <Skeleton lines={4} label="Loading the timeline" />
      ) : (
        <ol className="timeline" data-testid="timeline">
          {entriesOf(notes, isOnlyNotes ? [] : activities).map((entry) => (entry.kind === "note" ? <NoteEntry key={entry.note._id} note={entry.note} /> : <ActivityEntry key={entry.activity._id} activity={entry.activity} />))}
        </ol>
      )}
    </Card>
  );
}

function entriesOf(notes: readonly Doc<"notes">[], activities: readonly Doc<"activities">[]): Entry[] {
  const entries: Entry[] = [
    ...notes.map((note) => ({ kind: "note" as const, at: note._creationTime, note })),
    ...activities.map((activity) => ({ kind: "activity" as const, at: activity._creationTime, activity })),
  ];
  return entries.sort((a, b) => b.at - a.at);
}

function NoteForm({ contactId }: { contactId: Doc<"contacts">["_id"] }) {
  const write = useMutation(api.timeline.writeNote);
  const { isBusy, run } = useAct();
  const form = useRef<HTMLFormElement>(null);
  const save = async (data: FormData) => {
    if (await run("The note was not saved", () => write({ contactId, body: fieldOf(data, "body") }))) form.current?.reset();
  };
  return (
    <form
      ref={form}
      className="note-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(new FormData(event.currentTarget));
      }}
    >
      <textarea name="body" rows={2} placeholder="Write a note" aria-label="Note" required maxLength={4000} data-testid="note-input" />
      <button className="button" disabled={isBusy} data-testid="save-note">
        Save
      </button>
    </form>
  );
}

function NoteEntry({ note }: { note: Doc<"notes"> }) {
  const { may } = useMe();
  const remove = useMutation(api.timeline.removeNote);
  const { run } = useAct();
  return (
    <li className="entry" data-kind="note" data-testid="note">
      <p className="entry-head">
        <b>{note.authorName}</b> <time>{formatMoment(note._creationTime)}</time>
        {may("contacts:write") && (
          <button className="icon-button small" aria-label="Remove the note" onClick={() => void run("The note was not removed", () => remove({ noteId: note._id }))}>
            <BinIcon />
          </button>
        )}
      </p>
      <p className="entry-body">{note.body}</p>
    </li>
  );
}

function ActivityEntry({ activity }: { activity: Doc<"activities"> }) {
  return (
    <li className="entry" data-kind={activity.kind} data-testid="activity">
      <p className="entry-head">
        <b>{activity.actorName}</b> <time>{formatMoment(activity._creationTime)}</time>
      </p>
      <p className="entry-body">{activity.text}</p>
    </li>
  );
}
