/** Shows what is shown once. */
import { useState } from "react";
import { Dialog } from "./Dialog";
import { CheckIcon, CopyIcon } from "./Icons";

export function SecretDialog({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <Dialog title={title} onClose={onClose}>
      <p>Keep it where your program finds it. It is shown this once, and stored nowhere in this form.</p>
      <div className="secret">
        <code data-testid="secret">{secret}</code>
        <button type="button" className="icon-button" onClick={copy} aria-label={isCopied ? "Copied" : "Copy"}>
          {isCopied ? <CheckIcon /> : <CopyIcon />}
        </button>
      </div>
    </Dialog>
  );
}
