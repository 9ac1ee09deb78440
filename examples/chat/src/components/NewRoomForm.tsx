/** Opens a room by name, creating it if nobody has. */
import { useMutation } from "convex/react";
import { useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../convex/_generated/api";
import { roomHref } from "../hooks/useOpenRoom";
import { describeFailure } from "../lib/failure";
import { PlusIcon } from "./Icons";
import { useToasts } from "./Toasts";

export function NewRoomForm({ onOpened }: { onOpened: () => void }) {
  const createRoom = useMutation(api.rooms.create);
  const report = useToasts();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);

  const open = async () => {
    setBusy(true);
    try {
      const { slug } = await createRoom({ name });
      setName("");
      window.location.hash = roomHref(slug);
      onOpened();
    } catch (error) {
      report(describeFailure("The room was not created", error));
    } finally {
      setBusy(false);
    }
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !isBusy) void open();
  };

  return (
    <form className="new-room" onSubmit={submit}>
      <input
        className="field"
        value={name}
        onChange={(event) => setName(event.target.value)}
        placeholder="New room"
        aria-label="Name of the new room"
        autoComplete="off"
        enterKeyHint="go"
        data-testid="new-room-input"
      />
      <button
        className="icon-button"
        type="submit"
        disabled={name.trim() === "" || isBusy}
        aria-label="Create the room"
        title="Create the room"
        data-testid="new-room-button"
      >
        <PlusIcon />
      </button>
    </form>
  );
}
