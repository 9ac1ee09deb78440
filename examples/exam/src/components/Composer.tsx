/**
 * The field in which a message is written: Enter sends, Shift+Enter starts a line.
 *
 * A text that is too long can still be sent. The limit is the server's to enforce; here it is only shown.
 */
import { useLayoutEffect, useRef } from "react";
import type { FormEvent, KeyboardEvent } from "react";
import { BODY_LENGTH_MAX } from "../../convex/model/limits";
import { SendIcon } from "./Icons";

/** From here on the remaining length is shown. */
const LENGTH_SHOWN_FROM = BODY_LENGTH_MAX * 0.8;

interface ComposerProps {
  partner: string;
  text: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
}

export function Composer({ partner, text, onChange, onSubmit }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useHeightOfContent(field, text);
  const isBlank = text.trim() === "";

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!isBlank) onSubmit();
    field.current?.focus();
  };

  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <form className="composer" onSubmit={submit}>
      <div className="composer-box">
        <textarea
          ref={field}
          className="composer-input"
          rows={1}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={sendOnEnter}
          placeholder={`Message ${partner}`}
          aria-label={`Message to ${partner}`}
          enterKeyHint="send"
          data-testid="composer-input"
        />
        {text.trim().length >= LENGTH_SHOWN_FROM && <RemainingLength length={text.trim().length} />}
        <button
          className="send"
          type="submit"
          disabled={isBlank}
          aria-label="Send"
          title="Send"
          data-testid="composer-send"
        >
          <SendIcon />
        </button>
      </div>
    </form>
  );
}

function RemainingLength({ length }: { length: number }) {
  const remaining = BODY_LENGTH_MAX - length;
  return (
    <span className="remaining" data-over={remaining < 0} role="status" aria-label={`${remaining} characters left`}>
      {remaining}
    </span>
  );
}

/** Lets the field grow with its text; the stylesheet says how far. */
function useHeightOfContent(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}
