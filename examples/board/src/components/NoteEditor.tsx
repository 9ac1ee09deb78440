/** Writing in a note. What is written is saved in pauses, so that others can follow, and undone as a whole. */
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { TEXT_LENGTH_MAX } from "../../convex/model/limits";
import { useLatest } from "../hooks/useLatest";
import type { NoteActions } from "../lib/noteActions";

const SAVE_MS = 400;

interface NoteEditorProps {
  readonly noteKey: string;
  /** As it was when the writing began. */
  readonly text: string;
  readonly label: string;
  readonly actions: NoteActions;
  readonly onDone: () => void;
}

export function NoteEditor({ noteKey, text, label, actions, onDone }: NoteEditorProps) {
  const [before] = useState(text);
  const [draft, setDraft] = useState(text);
  const saved = useRef(text);
  const isDone = useRef(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const save = () => {
    if (draft === saved.current) return;
    saved.current = draft;
    actions.write(noteKey, draft);
  };
  const latestSave = useLatest(save);
  useEffect(() => {
    const timer = setTimeout(() => latestSave.current(), SAVE_MS);
    return () => clearTimeout(timer);
  }, [draft, latestSave]);
  useEffect(() => {
    isDone.current = false;
    field.current?.focus();
    field.current?.setSelectionRange(-1, -1);
  }, []);
  // Taken away in the middle: the note was deleted, which the server says, or the page is left, and the text is kept.
  const latestDraft = useLatest(draft);
  useEffect(() => {
    return () => {
      if (!isDone.current) actions.write(noteKey, latestDraft.current);
    };
  }, [actions, noteKey, latestDraft]);
  const finish = () => {
    if (isDone.current) return;
    isDone.current = true;
    save();
    actions.finishWriting(noteKey, before, draft);
    onDone();
  };
  const handleKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    finish();
  };
  return (
    <textarea
      ref={field}
      className="note-text"
      aria-label={label}
      value={draft}
      maxLength={TEXT_LENGTH_MAX}
      placeholder="Write…"
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={handleKey}
      onBlur={finish}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      data-testid="note-field"
    />
  );
}
