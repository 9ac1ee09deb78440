/** Dragging the empty board with a mouse moves what is seen of it. Fingers pan natively. */
import { useRef } from "react";
import type { PointerEvent, RefObject } from "react";

export interface Pan {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
}

export function usePan(frame: RefObject<HTMLElement | null>): Pan {
  const isPanning = useRef(false);
  const end = () => (isPanning.current = false);
  return {
    onPointerDown: (event) => {
      if (event.button !== 0 || event.pointerType !== "mouse" || event.target !== event.currentTarget) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      isPanning.current = true;
    },
    onPointerMove: ({ movementX, movementY }) => {
      if (isPanning.current) frame.current?.scrollBy(-movementX, -movementY);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
