"use client";
/** Forms: labelled fields with their bounds, one button that waits, and a notice where it was refused. What was written stays then. */
import type { ReactNode } from "react";
import { useAct } from "@/hooks/useAct";

interface FormProps {
  readonly title: string;
  readonly submit: string;
  /** A sentence's start: "The course was not made" */
  readonly attempt: string;
  /** @param values what is in the field of a name, or "" */
  readonly onSubmit: (values: (name: string) => string) => Promise<void>;
  readonly children: ReactNode;
}

export function Form({ title, submit, attempt, onSubmit, children }: FormProps) {
  const { isBusy, run } = useAct();
  const send = (form: HTMLFormElement) => {
    const data = new FormData(form);
    void run(attempt, () => onSubmit((name) => String(data.get(name) ?? "")));
  };
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        send(event.currentTarget);
      }}
    >
      <h1>{title}</h1>
      {children}
      <button className="button" data-kind="primary" disabled={isBusy} data-testid="save">
        {isBusy ? "Saving" : submit}
      </button>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly lengthMax: number;
  /** A text of several lines. */
  readonly rows?: number;
  readonly initial?: string;
  readonly hint?: string;
}

export function Field({ name, label, lengthMax, rows, initial = "", hint }: FieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      {rows === undefined ? (
        <input name={name} required maxLength={lengthMax} defaultValue={initial} autoComplete="off" data-testid={`field-${name}`} />
      ) : (
        <textarea name={name} required maxLength={lengthMax} rows={rows} defaultValue={initial} data-testid={`field-${name}`} />
      )}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}
