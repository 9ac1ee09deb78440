/** Whether the room list lies over the page, and opening and closing it. */
import { useEffect, useRef, useState } from "react";
import { useMediaQuery } from "./useMediaQuery";

/** Must be the width at which the stylesheet turns the sidebar into a drawer. */
const NARROW_SCREEN = "(max-width: 760px)";

export interface Drawer {
  /** Whether the room list is a drawer at all; on wide screens it always stands beside the room. */
  isDrawer: boolean;
  isOpen: boolean;
  open: () => void;
  close: () => void;
  menuButtonRef: React.RefObject<HTMLButtonElement | null>;
}

/** Open only on narrow screens; Escape or a change of room closes it, and focus goes back to the menu button. */
export function useDrawer(slug: string | null): Drawer {
  const isDrawer = useMediaQuery(NARROW_SCREEN);
  const [requested, setRequested] = useState(false);
  const menuButtonRef = useRef<HTMLButtonElement>(null);
  const isOpen = isDrawer && requested;
  useEffect(() => setRequested(false), [slug]);
  useEffect(() => {
    if (!isOpen) return;
    const menuButton = menuButtonRef.current;
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key === "Escape") setRequested(false);
    };
    window.addEventListener("keydown", closeOnEscape);
    return () => {
      window.removeEventListener("keydown", closeOnEscape);
      menuButton?.focus();
    };
  }, [isOpen]);
  return { isDrawer, isOpen, open: () => setRequested(true), close: () => setRequested(false), menuButtonRef };
}
