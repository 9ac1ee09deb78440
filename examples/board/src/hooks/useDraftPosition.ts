/**
 * Where a note is while somebody moves it, by pointer or by arrow keys: on this page only, until it is put down. Then it is written,
 * once, and shown there by the mutation's optimistic update.
 */
import { useEffect, useRef, useState } from "react";
import type { PointerEvent } from "react";
import { placeForNote } from "../lib/geometry";
import type { Position } from "../lib/types";
import { useLatest } from "./useLatest";

/** After the last arrow key. */
const PUT_DOWN_MS = 350;
/** A pointer that moves less has clicked. */
const DRAG_PIXELS_MIN = 4;

export interface DraftPosition {
  readonly position: Position;
  readonly isMoving: boolean;
  /** By arrow keys: it is put down when no further one comes. */
  readonly nudge: (dx: number, dy: number) => void;
  readonly putDown: () => void;
  readonly pointer: {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerUp: () => void;
    readonly onPointerCancel: () => void;
  };
}

interface Grip {
  readonly clientX: number;
  readonly clientY: number;
  readonly from: Position;
}

export function useDraftPosition(saved: Position, scale: number, canDrag: (event: PointerEvent) => boolean, onPutDown: (position: Position) => void): DraftPosition {
  const [draft, setDraft] = useState<Position | null>(null);
  const grip = useRef<Grip | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const position = draft ?? saved;
  const putDown = () => {
    clearTimeout(timer.current);
    grip.current = null;
    if (draft === null) return;
    setDraft(null);
    onPutDown(draft);
  };
  const latestPutDown = useLatest(putDown);
  useEffect(() => () => clearTimeout(timer.current), []);
  const nudge = (dx: number, dy: number) => {
    setDraft(placeForNote({ x: position.x + dx, y: position.y + dy }));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latestPutDown.current(), PUT_DOWN_MS);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || !canDrag(event)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { clientX: event.clientX, clientY: event.clientY, from: position };
  };
  const onPointerMove = ({ clientX, clientY }: PointerEvent) => {
    if (grip.current === null) return;
    const [dx, dy] = [clientX - grip.current.clientX, clientY - grip.current.clientY];
    if (draft === null && Math.hypot(dx, dy) < DRAG_PIXELS_MIN) return;
    setDraft(placeForNote({ x: grip.current.from.x + dx / scale, y: grip.current.from.y + dy / scale }));
  };
  const onPointerCancel = () => {
    grip.current = null;
    setDraft(null);
  };
  return { position, isMoving: draft !== null, nudge, putDown, pointer: { onPointerDown, onPointerMove, onPointerUp: putDown, onPointerCancel } };
}
