/** The reader's own name, edited in place. */
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { AUTHOR_LENGTH_MAX } from "../../convex/limits";
import { Avatar } from "./Avatar";
import { PencilIcon } from "./Icons";

interface AuthorFieldProps {
  author: string;
  onChange: (author: string) => void;
}

/** While the field is being emptied the last name that was not empty goes on being used, and comes back on leaving. */
export function AuthorField({ author, onChange }: AuthorFieldProps) {
  const [edited, setEdited] = useState<string | null>(null);

  const change = (text: string) => {
    setEdited(text);
    if (text.trim() !== "") onChange(text.trim());
  };

  const leaveOnEnter = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" && !event.nativeEvent.isComposing) event.currentTarget.blur();
  };

  return (
    <label className="author">
      <Avatar name={author} />
      <span className="author-text">
        <span className="author-label">Writing as</span>
        <input
          className="author-input"
          value={edited ?? author}
          onChange={(event) => change(event.target.value)}
          onBlur={() => setEdited(null)}
          onKeyDown={leaveOnEnter}
          maxLength={AUTHOR_LENGTH_MAX}
          aria-label="Your name"
          autoComplete="nickname"
          spellCheck={false}
          enterKeyHint="done"
          data-testid="author-input"
        />
      </span>
      <PencilIcon />
    </label>
  );
}
