/** A bin that asks before it takes something away. */
import { useState } from "react";
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { BinIcon } from "./Icons";

interface RemoveButtonProps {
  /** What goes, by its name. */
  name: string;
  /** What goes with it, or stays. */
  children: ReactNode;
  isDisabled?: boolean;
  onRemove: () => void;
}

export function RemoveButton({ name, children, isDisabled = false, onRemove }: RemoveButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const remove = () => {
    setAsking(false);
    onRemove();
  };
  return (
    <>
      <button className="icon-button small" aria-label={`Remove ${name}`} disabled={isDisabled} onClick={() => setAsking(true)}>
        <BinIcon />
      </button>
      {isAsking && (
        <Dialog title={`Remove ${name}?`} submit="Remove" onSubmit={remove} onClose={() => setAsking(false)}>
          <p>{children}</p>
        </Dialog>
      )}
    </>
  );
}
