/** The board's link, to be sent to somebody. */
import { useEffect, useState } from "react";
import { LinkIcon } from "./Icons";

const SAID_MS = 2_500;

export function Invite() {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    navigator.clipboard.writeText(window.location.href).then(
      () => setCopied(true),
      (error: unknown) => {
        console.warn("The browser does not let the page write to the clipboard.", error);
        show();
      },
    );
  };
  // Pages of plain HTTP have no clipboard.
  const isCopyable = "clipboard" in navigator;
  return (
    <button className="button invite" data-kind="quiet" onClick={isCopyable ? copy : show} aria-label="Copy the link of this board">
      <LinkIcon />
      <span className="invite-word" role="status">
        {isCopied ? "Copied" : "Invite"}
      </span>
    </button>
  );
}

function show(): void {
  window.prompt("The link of this board", window.location.href);
}
