/** A question over the page: opened for as long as it is rendered, closed by Escape, a click beside it, or its buttons. */
import { useEffect, useId, useRef } from "react";
import type { FormEvent, MouseEvent, ReactNode } from "react";
import { CloseIcon } from "./Icons";

interface DialogProps {
  title: string;
  children: ReactNode;
  /** The words on the button that does it; none for a message. */
  submit?: string;
  isBusy?: boolean;
  onSubmit?: (form: FormData) => void;
  onClose: () => void;
}

export function Dialog({ title, children, submit, isBusy = false, onSubmit, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    element.current?.showModal();
  }, []);
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit?.(new FormData(event.currentTarget));
  };
  const handleClick = (event: MouseEvent) => {
    if (event.target === element.current) onClose();
  };
  return (
    <dialog ref={element} className="dialog" aria-labelledby={titleId} onClose={onClose} onClick={handleClick}>
      <form onSubmit={handleSubmit}>
        <div className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" onClick={onClose} aria-label="Close">
            <CloseIcon />
          </button>
        </div>
        <div className="dialog-body">{children}</div>
        <div className="dialog-buttons">
          <button type="button" className="button" data-kind="quiet" onClick={onClose}>
            {submit === undefined ? "Done" : "Cancel"}
          </button>
          {submit !== undefined && (
            <button className="button" disabled={isBusy} data-testid="dialog-submit">
              {submit}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

/** The text of a form's field. */
export const fieldOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
};

export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
