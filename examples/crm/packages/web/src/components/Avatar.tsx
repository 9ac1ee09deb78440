/** A person as initials on a colour that follows from the name, so that it is the same for everyone. */
import type { CSSProperties } from "react";

export function Avatar({ name }: { name: string }) {
  const style = { "--hue": hueOf(name) } as CSSProperties;
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}

/** An angle on the colour wheel, in degrees; the golden angle keeps neighbouring hashes apart. */
function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 33 + character.codePointAt(0)!) % 65_521;
  return Math.round(hash * 137.508) % 360;
}
