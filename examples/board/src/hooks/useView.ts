/** What part of the board is seen, and how large: the frame scrolls natively, so it is panned by finger, wheel and keyboard alike. */
import { useCallback, useMemo, useRef, useState } from "react";
import type { RefObject } from "react";
import type { Position } from "../lib/types";

const SCALES = [0.5, 0.75, 1] as const;
const PHONE_WIDTH_MAX = 640;

export interface View {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLDivElement | null>;
  readonly scale: number;
  readonly canGrow: boolean;
  readonly canShrink: boolean;
  /** Around the middle of what is seen. @param steps 1 is larger, -1 smaller */
  readonly zoom: (steps: number) => void;
  /** Where on the board a point of the window is. */
  readonly positionAt: (clientX: number, clientY: number) => Position;
  /** Of what is seen. */
  readonly middle: () => Position;
}

export function useView(): View {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const [step, setStep] = useState(() => (window.innerWidth <= PHONE_WIDTH_MAX ? 1 : 2));
  const scale = SCALES[step]!;
  const positionAt = useCallback(
    (clientX: number, clientY: number) => {
      const { left = 0, top = 0 } = canvas.current?.getBoundingClientRect() ?? {};
      return { x: (clientX - left) / scale, y: (clientY - top) / scale };
    },
    [scale],
  );
  return useMemo(() => {
    const middle = () => {
      const { left = 0, top = 0, width = 0, height = 0 } = frame.current?.getBoundingClientRect() ?? {};
      return positionAt(left + width / 2, top + height / 2);
    };
    const zoom = (steps: number) => {
      const next = Math.min(SCALES.length - 1, Math.max(0, step + steps));
      const { x, y } = middle();
      setStep(next);
      // When the canvas has its new size.
      requestAnimationFrame(() => {
        const { current } = frame;
        current?.scrollTo(x * SCALES[next]! - current.clientWidth / 2, y * SCALES[next]! - current.clientHeight / 2);
      });
    };
    return { frame, canvas, scale, canGrow: step < SCALES.length - 1, canShrink: step > 0, zoom, positionAt, middle };
  }, [step, scale, positionAt]);
}
