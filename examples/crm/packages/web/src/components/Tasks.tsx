/** A task as a line that can be ticked, and the form that adds one. */
import { useMutation } from "convex/react";
import { useRef } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc, Id } from "../../../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { dayFromField, formatDay } from "../lib/format";
import { hrefOf } from "../lib/route";
import { fieldOf } from "./Dialog";
import { CheckIcon, CloseIcon, PlusIcon } from "./Icons";

export function TaskLine({ task, contactName }: { task: Doc<"tasks">; contactName: string | null }) {
  const { may } = useMe();
  const update = useMutation(api.tasks.update);
  const remove = useMutation(api.tasks.remove);
  const { run } = useAct();
  const now = Date.now();
  const { _id: taskId, title, isDone, dueAt, contactId } = task;
  const isLate = !isDone && dueAt !== null && dueAt < now;
  return (
    <li className="line task" data-done={isDone} data-testid="task" data-title={title}>
      <button
        className="tick"
        role="checkbox"
        aria-checked={isDone}
        aria-label={`Done: ${title}`}
        disabled={!may("tasks:write")}
        onClick={() => void run("The task was not changed", () => update({ taskId, changes: { isDone: !isDone } }))}
      >
        <CheckIcon />
      </button>
      <span className="line-text">
        {title}
        {contactName !== null && contactId !== null && <a href={hrefOf("contacts", contactId)}>{contactName}</a>}
      </span>
      {dueAt !== null && (
        <time className="due" dateTime={new Date(dueAt).toISOString()} data-late={isLate}>
          {formatDay(dueAt, now)}
        </time>
      )}
      {may("tasks:write") && (
        <button className="icon-button small" aria-label={`Remove: ${title}`} onClick={() => void run("The task was not removed", () => remove({ taskId }))}>
          <CloseIcon />
        </button>
      )}
    </li>
  );
}

export function TaskForm({ contactId }: { contactId: Id<"contacts"> | null }) {
  const { may } = useMe();
  const create = useMutation(api.tasks.create);
  const { isBusy, run } = useAct();
  const form = useRef<HTMLFormElement>(null);
  if (!may("tasks:write")) return null;
  const add = async (data: FormData) => {
    const isAdded = await run("The task was not added", () => create({ title: fieldOf(data, "title"), contactId, dueAt: dayFromField(fieldOf(data, "due")) }));
    if (isAdded) form.current?.reset();
  };
  return (
    <form
      ref={form}
      className="add-line"
      onSubmit={(event) => {
        event.preventDefault();
        void add(new FormData(event.currentTarget));
      }}
    >
      <input name="title" placeholder="Add a task" aria-label="Task" required maxLength={160} data-testid="task-title" />
      <input name="due" type="date" aria-label="Due" />
      <button className="icon-button" disabled={isBusy} aria-label="Add the task" data-testid="add-task">
        <PlusIcon />
      </button>
    </form>
  );
}
