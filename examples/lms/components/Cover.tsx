/** A course as an exercise book: a cloth of its own, and a paper label. */
import type { CSSProperties, ReactNode } from "react";

const CLOTHS = ["#7c2f36", "#2d5a49", "#2a4270", "#96611a", "#5b3470", "#1f6270"];

interface CoverProps {
  readonly courseId: string;
  readonly children: ReactNode;
}

export function Cover({ courseId, children }: CoverProps) {
  return (
    <div className="cover" style={{ "--cloth": clothOf(courseId) } as CSSProperties}>
      <div className="label">{children}</div>
    </div>
  );
}

/** The same for everybody, always. */
export function clothOf(courseId: string): string {
  const sum = [...courseId].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9_973, 7);
  return CLOTHS[sum % CLOTHS.length]!;
}
